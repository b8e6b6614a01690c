import { join } from "node:path";
import { createDb } from "@local-mcp/database";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { visit } from "../fixtures/browser.ts";
import {
  ANSWER,
  keychain,
  protectedServer,
  said,
  signInsOf,
  stageSignIn,
  TOOL,
} from "./sign-in-stage.ts";
import { startGateway, until } from "./test-gateway.ts";

/** What is sealed of a sign-in. */
const PLACES = {
  access: ["oauth_tokens", "access_token"],
  refresh: ["oauth_tokens", "refresh_token"],
  client: ["oauth_client_registrations", "client_secret"],
  registration: ["oauth_client_registrations", "registration_access_token"],
} as const;

type Change = (sealed: string, ofAnother: string) => string;

const flipped: Change = (sealed) => {
  const [version, key, payload = ""] = sealed.split(".");
  const bytes = Buffer.from(payload, "base64url");
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return [version, key, bytes.toString("base64url")].join(".");
};
const copied: Change = (_, ofAnother) => ofAnother;
const underAnotherKey: Change = (sealed) => sealed.replace(/^v1\.[^.]+/, "v1.0123456789ab");

/** What happens to what is stored of a server, by the server's name. */
const DAMAGE: Record<string, [keyof typeof PLACES, Change]> = {
  "access-flipped": ["access", flipped],
  "access-copied": ["access", copied],
  "refresh-flipped": ["refresh", flipped],
  "refresh-foreign": ["refresh", underAnotherKey],
  "client-flipped": ["client", flipped],
  "client-copied": ["client", copied],
  "registration-foreign": ["registration", underAnotherKey],
  "signed-out": ["access", flipped],
  removed: ["refresh", flipped],
};
const NAMES = Object.keys(DAMAGE);
const TOKENS_LOST = NAMES.filter((name) => /^(access|refresh)-/.test(name));
const CLIENTS_LOST = NAMES.filter((name) => name.startsWith("client-"));

/** Changes the configuration file of a gateway that has ended. */
const tamper = (
  dataDir: string,
  ids: ReadonlyMap<string, string>,
  work: (at: {
    read: (place: keyof typeof PLACES, server: string) => string;
    write: (place: keyof typeof PLACES, server: string, text: string) => void;
    hand: (from: string, to: string) => void;
  }) => void,
): void => {
  const db = createDb({ path: join(dataDir, "local-mcp-gateway.db") });
  const parts = (place: keyof typeof PLACES, server: string) => {
    const [table, column] = PLACES[place];
    const where = sql`FROM ${sql.identifier(table)} WHERE server_id = ${ids.get(server)}`;
    return { table: sql.identifier(table), column: sql.identifier(column), where };
  };
  work({
    read: (place, server) => {
      const { column, where } = parts(place, server);
      return db.get<{ sealed: string }>(sql`SELECT ${column} AS sealed ${where}`).sealed;
    },
    write: (place, server, text) => {
      const { table, column } = parts(place, server);
      const { changes } = db.run(
        sql`UPDATE ${table} SET ${column} = ${text} WHERE server_id = ${ids.get(server)}`,
      );
      expect(changes).toBe(1);
    },
    hand: (from, to) => {
      db.run(sql`DELETE FROM oauth_tokens WHERE server_id = ${ids.get(to)}`);
      db.run(
        sql`UPDATE oauth_tokens SET server_id = ${ids.get(to)} WHERE server_id = ${ids.get(from)}`,
      );
    },
  });
  db.close();
};

it("that was changed or damaged says so, harms no other, and is mended by another", async () => {
  const opens = { keychain: keychain() };
  const stage = await stageSignIn({ gateway: { gateway: opens } });
  const { authorization, api } = stage;
  // So that clients are given secrets.
  authorization.setMetadata((metadata) => ({
    ...metadata,
    token_endpoint_auth_methods_supported: ["client_secret_basic"],
  }));
  const other = await protectedServer({ trusts: authorization });
  const add = (name: string, url: string) =>
    api.servers.create({ name, config: { transport: "http", url }, confirmed: true });
  for (const name of [...NAMES, "moved"]) await add(name, stage.far.url);
  await add("donor", other.url);
  await Promise.all(["far", "moved", "donor", ...NAMES].map((name) => stage.signIn(name)));
  const ids = new Map((await api.servers.list()).map(({ name, id }) => [name, id]));
  const ofDonor = [...other.seen].at(-1);
  await stage.gateway.close();
  tamper(stage.dataDir, ids, ({ read, write, hand }) => {
    for (const [name, [place, change]] of Object.entries(DAMAGE)) {
      write(place, name, change(read(place, name), read(place, "far")));
    }
    hand("donor", "moved");
  });

  const later = await startGateway({ root: stage.root, ...opens });
  await later.gateway.listen();
  const { status, signIn } = signInsOf(later);
  const unharmed = ["far", ...CLIENTS_LOST, "registration-foreign"];
  for (const name of unharmed)
    await until(
      () => status(name),
      ({ state }) => state === "ready",
    );
  for (const name of [...TOKENS_LOST, "moved"]) {
    const told = await until(
      () => status(name),
      ({ state }) => state === "needs_sign_in",
    );
    expect({ name, ...told }).toMatchObject({
      name,
      action: { code: "sign_in" },
      signIn: { state: "again", renews: false },
    });
    const reason = name === "moved" ? "is for another address" : "was changed or damaged";
    expect(told.reason?.message).toBe(`Sign in again, because what is stored of it ${reason}.`);
  }
  expect(stage.far.seen).not.toContain(ofDonor);

  // Renewing takes the client, and not the token that its registration is deleted with.
  stage.far.distrust();
  const answer = async (server: string): Promise<string> =>
    JSON.stringify((await later.api.servers.callTool({ server, name: TOOL })).result);
  for (const name of ["far", "registration-foreign"]) expect(await answer(name)).toContain(ANSWER);
  for (const name of CLIENTS_LOST) {
    expect(await answer(name)).toContain(`servers signin ${name}`);
    expect({ name, ...(await status(name)).signIn }).toMatchObject({ name, state: "again" });
  }

  const { registrations } = authorization.counts;
  await Promise.all([...TOKENS_LOST, ...CLIENTS_LOST, "moved"].map((name) => signIn(name)));
  expect(authorization.counts.registrations).toBe(registrations + CLIENTS_LOST.length);
  expect(await later.api.signIn.remove({ server: "signed-out" })).toMatchObject({
    revoked: "no",
    status: { state: "signed_out" },
  });
  await signIn("signed-out");
  await later.api.servers.remove({ server: "removed" });
  const all = await later.api.servers.list();
  const away = all.filter(({ status: { state } }) => state !== "ready").map(({ name }) => name);
  expect(away).toEqual(["donor"]);
  await later.gateway.close();

  const last = await startGateway({ root: stage.root, ...opens });
  const lost = await last.api.audit.list({ action: "sign_in.lost" });
  expect(lost.entries.length).toBe(TOKENS_LOST.length + CLIENTS_LOST.length + 2 + 1);
});

it("in a vault that is locked waits for its key, and can be signed out of", async () => {
  const opens = { keychain: keychain() };
  const stage = await stageSignIn({ gateway: { gateway: opens } });
  const config = { transport: "http" as const, url: stage.far.url };
  await stage.api.servers.create({ name: "out", config, confirmed: true });
  await stage.signIn();
  await stage.signIn("out");
  const { recoveryKey } = await stage.api.vault.addRecoveryKey();
  await stage.gateway.close();

  const later = await startGateway({ root: stage.root });
  await later.gateway.listen();
  const { status, signIn } = signInsOf(later);
  const locked = await until(
    () => status(),
    ({ state }) => state === "locked",
  );
  expect(locked.action).toMatchObject({ command: "local-mcp-gateway vault unlock" });
  await expect(later.api.signIn.start({ server: "far" })).rejects.toMatchObject({
    code: "VAULT_LOCKED",
    data: { wayOut: expect.stringContaining("vault status") },
  });
  expect(await later.api.signIn.remove({ server: "out" })).toMatchObject({ revoked: "no" });
  await later.api.vault.unlock({ recoveryKey });
  await until(
    () => status(),
    ({ state }) => state === "ready",
  );
  await signIn("out");
});

it("that is under way goes on after a restart, which opens the vault for it", async () => {
  const opens = { keychain: keychain() };
  const stage = await stageSignIn({ gateway: { gateway: opens } });
  const { url } = await stage.start();
  await stage.gateway.close();

  const later = await startGateway({ root: stage.root, ...opens });
  await later.gateway.listen();
  const { status } = signInsOf(later);
  await until(
    async () => (await status()).signIn?.state,
    (state) => state === "waiting",
  );
  await visit(url);
  await until(
    () => status(),
    ({ state }) => state === "ready",
  );
  expect(stage.authorization.counts.granted).toEqual({ authorization_code: 1 });
});

it("is renewed after the vault's data key was replaced, and after a restart", async () => {
  const opens = { keychain: keychain() };
  const stage = await stageSignIn({
    authorization: { accessTokenSeconds: 1 },
    gateway: { gateway: opens },
  });
  const { counts } = stage.authorization;
  const renewedAgain = async (): Promise<void> => {
    const before = counts.granted.refresh_token ?? 0;
    await until(
      () => counts.granted.refresh_token ?? 0,
      (granted) => granted > before,
    );
  };
  await stage.signIn();
  await stage.api.vault.rotate();
  await renewedAgain();
  expect(await said(stage.client)).toBe(ANSWER);
  await stage.gateway.close();

  const later = await startGateway({ root: stage.root, ...opens });
  await later.gateway.listen();
  await renewedAgain();
  expect(counts.refreshTokensUsedTwice).toBe(0);
});
