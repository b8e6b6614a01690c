import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

const canary = (what: string): string => `canary-${what}-5d2e81f0c7a94b36`;

const CANARIES = {
  env: canary("env"),
  mark: canary("mark"),
  header: canary("header"),
  query: canary("query"),
  user: canary("user"),
  password: canary("password"),
  authSecret: canary("auth-secret"),
  admin: canary("admin-token"),
};

const filesOf = (dataDir: string): { path: string; bytes: Buffer }[] =>
  readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }));

describe("a secret", () => {
  it("reaches its own server, and is found nowhere else", async () => {
    const upstream = await startHttpServer({
      fixture: { toolPrefix: "web_" },
      require: {
        header: { name: "x-api-key", value: CANARIES.header },
        query: { name: "key", value: CANARIES.query },
      },
    });
    afterTest(() => upstream.close());
    const address = new URL(upstream.url);
    const url = `http://${CANARIES.user}:${CANARIES.password}@${address.host}${address.pathname}?key=${CANARIES.query}`;
    const own = {
      ...fixture("--name", "own", "--tools", "env,process", "${secret:arg}"),
      env: { KEY: { value: CANARIES.env } },
    };
    const served = await serve(
      {
        web: { transport: "http", url, headers: { "X-Api-Key": CANARIES.header } },
        other: fixture("--name", "other", "--tools", "env,process", "--tool-prefix", "other_"),
      },
      {
        gateway: {
          env: {
            AUTH_ENCRYPTION_SECRET: CANARIES.authSecret,
            MCPGATEWAY_BEARER_TOKEN: CANARIES.admin,
          },
        },
      },
    );
    const { api, client, dataDir, log, gateway } = served;
    const created = await api.servers.create({
      name: "own",
      config: own,
      secrets: { arg: CANARIES.mark },
      confirmed: true,
      profiles: ["dev"],
    });
    await until(
      () => client.request("tools/list"),
      (result) => ["env", "web_echo", "other_env"].every((name) => names(result).includes(name)),
    );

    const arrived = JSON.stringify([
      await client.request("tools/call", call("env", { name: "KEY" })),
      await client.request("tools/call", call("process")),
    ]);
    expect(arrived).toContain(CANARIES.env);
    expect(arrived).toContain(CANARIES.mark);
    const seen = upstream.requests.map((one) => one.headers.authorization);
    const basic = Buffer.from(`${CANARIES.user}:${CANARIES.password}`).toString("base64");
    expect(seen).toContain(`Basic ${basic}`);

    const elsewhere = [
      created,
      await client.request("tools/call", call("other_env", { name: "KEY" })),
      await client.request("tools/call", call("other_env", { name: "AUTH_ENCRYPTION_SECRET" })),
      await client.request("tools/call", call("other_process")),
      await client.request("tools/list"),
      await api.servers.list(),
      await api.status.get(),
      await api.status.doctor(),
      await api.tokens.list(),
      await api.settings.list(),
      await api.vault.status(),
      await api.servers.output({ server: "own" }),
      await api.servers.update({ server: "own", changes: { title: "Own" } }),
      await api.servers
        .create({ name: "own", config: own })
        .catch((error: unknown) => ({ error: String(error), all: error })),
      log,
    ];
    await gateway.close();
    const written = filesOf(dataDir);
    const text = JSON.stringify(elsewhere);
    for (const [what, value] of Object.entries(CANARIES)) {
      expect(text.includes(value), `${what} in an answer or in the log`).toBe(false);
      const found = written.filter(({ bytes }) => bytes.includes(value)).map(({ path }) => path);
      expect(found, `${what} in a file`).toEqual([]);
    }
    const { token } = served;
    expect(written.filter(({ bytes }) => bytes.includes(token)).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it("is refused without a vault, with the way out, and what needs none works", async () => {
    const { api } = await startGateway();
    const secret = { ...fixture("--name", "s"), env: { KEY: { value: "v" } } };
    await expect(api.servers.create({ name: "s", config: secret })).rejects.toMatchObject({
      data: { code: "vault_missing", wayOut: expect.stringContaining("vault init") },
    });
    expect(await api.servers.list()).toEqual([]);
    const plain = { ...fixture("--name", "p"), env: { KEY: { value: "v", plain: true } } };
    const { server } = await api.servers.create({ name: "p", config: plain });
    expect(server.config).toMatchObject({ env: { KEY: { plain: true, value: "v" } } });
  });

  it("waits with its server while the vault is locked, and comes with it when it opens", async () => {
    const passphrase = "a passphrase that is long enough";
    const first = await startGateway();
    await first.api.vault.init({ passphrase });
    await first.api.servers.create({
      name: "sealed",
      confirmed: true,
      config: { ...fixture("--name", "s", "--tools", "env"), env: { KEY: { value: "the value" } } },
    });
    await first.gateway.close();

    const { api, gateway } = await startGateway({ root: first.root });
    await gateway.listen();
    const read = () => api.servers.get({ server: "sealed" });
    const locked = await until(read, ({ status }) => status.state === "locked");
    expect(locked.status.action?.command).toBe("local-mcp-gateway vault unlock");
    await expect(api.vault.unlock({ passphrase: "another passphrase" })).rejects.toMatchObject({
      data: { code: "vault_wrong_key" },
    });
    await api.vault.unlock({ passphrase });
    await until(read, ({ status }) => status.state === "ready");
    await api.profiles.create({ slug: "dev", servers: ["sealed"] });
    const { result } = await api.profiles.callTool({
      profile: "dev",
      name: "env",
      arguments: { name: "KEY" },
    });
    expect(JSON.stringify(result)).toContain("the value");
  });
});
