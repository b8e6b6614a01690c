import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerUpdate, SignInWrite } from "@local-mcp/contract";
import { createDb, createSignInQueries, createVaultQueries } from "@local-mcp/database";
import { expect, it } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway, until } from "./test-gateway.ts";

const canary = (what: string): string => `canary-${what}-8c41d7e2a9b05f36`;
const env = { AUTH_ENCRYPTION_SECRET: "a secret of the tests, long enough" };

/** A gateway with one remote server, and what is stored for that. */
async function withServer(create: {
  headers?: Record<string, string>;
  secrets?: Record<string, string>;
  signIn?: SignInWrite;
}) {
  const upstream = await startHttpServer();
  afterTest(() => upstream.close());
  const started = await startGateway({ env });
  await started.gateway.listen();
  const { secrets, ...reach } = create;
  const { server } = await started.api.servers.create({
    name: "web",
    config: { transport: "http", url: upstream.url, ...reach },
    secrets,
  });
  const update = async (changes: ServerUpdate) => {
    const updated = await started.api.servers.update({ server: "web", changes });
    if (updated.server.config.transport === "stdio") throw new Error("it is remote");
    return { ...updated, config: updated.server.config };
  };
  const db = createDb({ path: join(started.dataDir, "local-mcp-gateway.db") });
  afterTest(() => db.close());
  const { secrets: stored } = createVaultQueries(db);
  const { tokens } = createSignInQueries(db);
  /** Names of its secrets. */
  const rows = (): string[] =>
    stored
      .listOwned("mcp_servers", server.id)
      .map(({ name }) => name)
      .toSorted();
  /** As after a sign-in; what is stored is never opened here. */
  const signIn = (): void =>
    tokens.put({
      id: randomUUID(),
      serverId: server.id,
      issuer: "https://login.test",
      audience: new URL(upstream.url).origin,
      clientId: "id-1",
      account: null,
      accessToken: "sealed",
      refreshToken: null,
      tokenType: "Bearer",
      scope: null,
      expiresAt: null,
      wantedScope: null,
      refusal: null,
      refusedAt: null,
    });
  const isSignedIn = (): boolean => tokens.ofServer(server.id) !== undefined;
  return { ...started, upstream, update, rows, signIn, isSignedIn };
}

it("a key is replaced without its header, a header without the others, and each goes alone", async () => {
  const { api, upstream, update, rows, gateway } = await withServer({
    headers: { "X-API-Key": "Key ${secret:key}", "X-Whole": canary("whole") },
    secrets: { key: canary("first") },
  });
  /** What the server is shown once a change has taken effect. */
  const shown = async (name: string, expected: string | undefined) => {
    await until(
      () => upstream.requests.findLast(({ message }) => message?.method === "initialize"),
      (seen) => seen !== undefined && seen.headers[name] === expected,
    );
  };
  await shown("x-api-key", `Key ${canary("first")}`);

  const replaced = await update({ secrets: { key: canary("second") } });
  await shown("x-api-key", `Key ${canary("second")}`);
  await shown("x-whole", canary("whole"));
  expect(replaced.config.headers).toEqual({
    "X-API-Key": { template: "Key ${secret:key}" },
    "X-Whole": { set: true, hint: "5f36" },
  });
  expect(rows()).toEqual(["header.x-whole", "mark.key"]);

  await update({ headers: { "X-API-Key": "${secret:key}" } });
  await shown("x-api-key", canary("second"));
  await update({ headers: { "X-Whole": null } });
  await shown("x-whole", undefined);
  await shown("x-api-key", canary("second"));
  expect(rows()).toEqual(["mark.key"]);

  const unset = await update({ secrets: { key: null } });
  expect(unset.warnings).toMatchObject([{ code: "secret_unset" }]);
  const { status } = await until(
    () => api.servers.get({ server: "web" }),
    (server) => server.status.reason?.code === "secret",
  );
  expect(status.reason?.message).toContain("the secret “key”, which has no value");
  await update({ headers: { "x-api-key": null } });
  await shown("x-api-key", undefined);
  expect(rows()).toEqual([]);
  await gateway.close();
});

it("tokens of a sign-in stay while it is the same, and go with what they were given to", async () => {
  const { upstream, update, signIn, isSignedIn } = await withServer({
    headers: { "X-Key": canary("key") },
  });
  signIn();
  const same: ServerUpdate[] = [
    { title: "Web" },
    { url: `${upstream.url}?key=${canary("query")}` },
    { signIn: { scopes: ["a"], parameters: { audience: "api" }, kind: "person" } },
  ];
  for (const changes of same) {
    await update(changes);
    expect(isSignedIn()).toBe(true);
  }
  const others: ServerUpdate[] = [
    { url: "http://localhost:9/mcp", keepSecrets: true },
    { signIn: { clientId: "id-1" } },
    { signIn: { clientSecret: canary("secret") } },
    { signIn: { issuer: "http://localhost:9" } },
    { signIn: { kind: "off" } },
    { signIn: null },
    { url: upstream.url, keepSecrets: true },
  ];
  for (const changes of others) {
    await update(changes);
    expect({ changes, isSignedIn: isSignedIn() }).toEqual({ changes, isSignedIn: false });
    signIn();
  }
});

it("a sign-in is edited part by part, and nothing of it is left after it was taken back", async () => {
  const { api, update, rows, dataDir, gateway, log } = await withServer({
    signIn: {
      kind: "client_credentials",
      clientId: "id-1",
      clientSecret: canary("client"),
      issuer: "https://login.test",
      scopes: ["a"],
      parameters: { audience: "api", key: "${secret:key}" },
      redirectPort: 8080,
    },
    secrets: { key: canary("parameter") },
  });
  const first = await update({ title: "Web" });
  const secret = { set: true, hint: "5f36" };
  expect(first.config.signIn).toEqual({
    kind: "client_credentials",
    clientId: "id-1",
    clientSecret: secret,
    privateKey: null,
    clientMetadataUrl: null,
    issuer: "https://login.test",
    scopes: ["a"],
    parameters: { audience: "api", key: "${secret:key}" },
    redirectPort: 8080,
  });
  const parts: SignInWrite[] = [
    { clientId: "id-2" },
    { scopes: ["b", "c"] },
    { redirectPort: null },
    { scopes: null },
    { kind: "off" },
  ];
  let before = first.config.signIn;
  for (const part of parts) {
    const { config } = await update({ signIn: part });
    expect(config.signIn).toEqual({ ...before, ...part });
    before = config.signIn;
  }
  const parameter = await update({ signIn: { parameters: { audience: null } } });
  expect(parameter.config.signIn.parameters).toEqual({ key: "${secret:key}" });

  await expect(update({ signIn: { issuer: "https://evil.test" } })).rejects.toThrow(
    "The secrets stored for “web” (2) are for https://login.test, and would go to https://evil.test.",
  );
  const both = await update({
    headers: { Authorization: canary("bearer") },
    signIn: { kind: null },
  });
  expect(both.warnings).toContainEqual({
    code: "authorization_header",
    message: "“web” has an Authorization header, which is sent in place of its sign-in.",
  });
  expect(rows()).toEqual(["header.authorization", "mark.key", "sign-in.client-secret"]);

  const gone = await update({ signIn: null, headers: { Authorization: null } });
  expect(gone.config.signIn).toMatchObject({ kind: "person", clientId: null, parameters: {} });
  expect(gone.warnings.map(({ code }) => code)).not.toContain("authorization_header");
  expect(rows()).toEqual([]);

  await update({ signIn: { clientSecret: canary("last"), privateKey: null } });
  expect(rows()).toEqual(["sign-in.client-secret"]);
  const { entries } = await api.audit.list({ limit: 100 });
  expect(entries[0]?.detail).toEqual({
    changed: ["signIn.clientSecret", "signIn.privateKey"],
    "signIn.clientSecret": "set",
    "signIn.privateKey": "cleared",
  });
  const told = entries.find(({ detail }) => detail["signIn.issuer"] === "cleared")?.detail;
  expect(told).toMatchObject({
    "signIn.parameters.key": "cleared",
    "headers.Authorization": "cleared",
  });
  await api.servers.remove({ server: "web" });
  expect(rows()).toEqual([]);
  await gateway.close();
  for (const name of readdirSync(dataDir)) {
    expect(readFileSync(join(dataDir, name), "latin1")).not.toContain("canary-");
  }
  expect(`${JSON.stringify(entries)}${log.join("\n")}`).not.toContain("canary-");
});
