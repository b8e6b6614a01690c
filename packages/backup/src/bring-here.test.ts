import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, openSqlite } from "@local-mcp/database";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bringHere, previewHere } from "./bring-here.ts";
import { Computer, someKey, type Stage } from "./computer.fixture.ts";
import { sealerOf } from "./moved-rows.ts";
import type { Kept } from "./newer-truth.ts";
import type { StagedKeys } from "./types.ts";

const START = 1_800_000_000_000;

let directory: string;
let here: Computer;
const toClose: { close(): void }[] = [];

const inDirectory = (name: string): string => {
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  return path;
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  directory = mkdtempSync(join(tmpdir(), "lmg-bring-"));
  here = await Computer.open(inDirectory("here"), someKey());
  toClose.push(here);
});
afterEach(() => {
  for (const one of toClose.splice(0)) one.close();
  rmSync(directory, { recursive: true });
  vi.useRealTimers();
});

const later = (minutes = 1): void => {
  vi.setSystemTime(Date.now() + minutes * 60_000);
};

/** A backup of this instant, unpacked. */
const stageOf = async (computer: Computer): Promise<Stage> => {
  const stage = await computer.stage(join(directory, `stage-${toClose.length}.db`));
  toClose.push(stage);
  return stage;
};

const liveOf = (computer: Computer): Connection => {
  const connection = openSqlite(computer.path, { readonly: true });
  toClose.push(connection);
  return connection;
};

/** Restores it over what is here, as far as the stage. */
const bring = (
  stage: Stage,
  over: { liveKeys?: StagedKeys | null; stagedKeys?: StagedKeys | null; computer?: Computer } = {},
): Kept => {
  const { computer = here } = over;
  const liveKeys = over.liveKeys === undefined ? computer.vault.copyKeys() : over.liveKeys;
  const stagedKeys = over.stagedKeys === undefined ? stage.keys : over.stagedKeys;
  const input = { staged: stage.connection, stagedKeys, live: liveOf(computer), liveKeys };
  const before = stage.content();
  const preview = previewHere(input);
  expect(stage.content()).toBe(before);
  const kept = bringHere({ ...input, slots: [] });
  expect(kept.stays).toEqual(expect.arrayContaining(preview.stays.filter(isOfRows)));
  return kept;
};

const isOfRows = (sentence: string): boolean => !sentence.startsWith("The vault");

const refreshTokens = (stage: Stage, keys: StagedKeys | null = stage.keys): string[] => {
  if (keys === null) throw new Error("it has no keys");
  const rows = stage.connection
    .prepare<[], { id: string; refresh_token: string }>(
      "SELECT id, refresh_token FROM oauth_tokens",
    )
    .all();
  return rows.map(({ id, refresh_token: sealed }) =>
    sealerOf(keys).open(sealed, { table: "oauth_tokens", column: "refresh_token", row: id }),
  );
};

/** A stage, and a sign-in that was renewed here since. */
const renewedSince = async () => {
  const github = here.addServer("github");
  here.signIn(github, "first");
  const stage = await stageOf(here);
  later();
  here.signIn(github, "second");
  return { github, stage };
};

test("a refresh token that was used since is not restored, and neither is its client", async () => {
  const { stage } = await renewedSince();
  const { stays, notes } = bring(stage);
  expect(stays).toContain("Newer sign-ins stay: “github”.");
  expect(notes).toEqual([]);
  expect(refreshTokens(stage)).toEqual(["second"]);
  expect(stage.list("SELECT client_id FROM oauth_client_registrations")).toEqual(["id of second"]);
});

test("tokens that no registered client got come without the client of the backup", async () => {
  const { github, stage } = await renewedSince();
  here.signIns.registrations.remove(github);
  bring(stage);
  expect(refreshTokens(stage)).toEqual(["second"]);
  expect(stage.list("SELECT client_id FROM oauth_client_registrations")).toEqual([]);
});

test("a row of the backup that is in the way of one from here gives way", async () => {
  const github = here.addServer("github");
  here.addServer("linear");
  here.signIn(github, "first");
  const stage = await stageOf(here);
  stage.connection.exec("UPDATE oauth_tokens SET server_id = 'server-linear'");
  later();
  here.signIn(github, "second");
  bring(stage);
  expect(refreshTokens(stage)).toEqual(["second"]);
});

test("a sign-in that has not changed since is the one of the backup, and is not told of", async () => {
  here.signIn(here.addServer("github"), "first");
  const stage = await stageOf(here);
  later();
  expect(bring(stage).stays).toEqual(["The vault opens with the keys of this computer."]);
  expect(refreshTokens(stage)).toEqual(["first"]);
});

test("what was sealed with a data key that came later is sealed with the one of the backup", async () => {
  const github = here.addServer("github");
  here.signIn(github, "first");
  const stage = await stageOf(here);
  later();
  await here.vault.rotate();
  here.signIn(github, "second");
  here.signIn(here.addServer("only-here"), "elsewhere");
  bring(stage);
  expect(refreshTokens(stage)).toEqual(["second"]);
  const secret = stage.connection
    .prepare<[], { id: string; client_secret: string }>(
      "SELECT id, client_secret FROM oauth_client_registrations",
    )
    .get();
  if (!secret || !stage.keys) throw new Error("it has one");
  const place = { table: "oauth_client_registrations", column: "client_secret", row: secret.id };
  expect(sealerOf(stage.keys).open(secret.client_secret, place)).toBe("client of second");
});

test("what cannot be opened here is in neither state, and is said", async () => {
  const github = here.addServer("github");
  here.signIn(github, "first");
  const stage = await stageOf(here);
  later();
  await here.vault.rotate();
  here.signIn(github, "second");
  const { stays, notes } = bring(stage, { liveKeys: null });
  expect(stays).toEqual([]);
  expect(notes.join(" ")).toContain("Sign in again: “github”.");
  expect(refreshTokens(stage)).toEqual([]);
});

test("with the same data key nothing has to be opened", async () => {
  const { stage } = await renewedSince();
  expect(bring(stage, { liveKeys: null }).notes).toEqual([]);
  expect(refreshTokens(stage)).toEqual(["second"]);
});

test("a sign-in that is damaged here is not carried", async () => {
  const { stage } = await renewedSince();
  here.db.run("UPDATE oauth_tokens SET refresh_token = substr(refresh_token, 1, 40) || 'AAAA'");
  expect(bring(stage).notes.join(" ")).toContain("Sign in again: “github”.");
  expect(refreshTokens(stage)).toEqual([]);
});

test("tokens of another place do not come to the one that is restored", async () => {
  const github = here.addServer("github");
  here.signIn(github, "first", "https://github.example/mcp");
  const stage = await stageOf(here);
  later();
  here.servers.update(github, {
    config: { transport: "http", url: "https://moved.example/mcp", headers: {}, secrets: {} },
  });
  here.signIn(github, "moved", "https://moved.example/mcp");
  bring(stage);
  expect(refreshTokens(stage)).toEqual(["first"]);
});

test("a sign-in since the backup at a server that is in it stays", async () => {
  const github = here.addServer("github");
  const stage = await stageOf(here);
  later();
  here.signIn(github, "new");
  expect(bring(stage).stays).toContain("Newer sign-ins stay: “github”.");
  expect(refreshTokens(stage)).toEqual(["new"]);
});

test("access that was taken back stays so, now and in the next restore", async () => {
  const profile = here.addProfile("work");
  for (const name of ["kept", "revoked", "with-profile"]) {
    here.addToken(name, name === "with-profile" ? profile : null);
  }
  for (const name of ["out", "gone", "again"]) here.signIn(here.addServer(name), `of ${name}`);
  const stage = await stageOf(here);
  later();
  here.tokens.delete("token-revoked");
  here.profiles.delete(profile);
  here.signIns.tokens.revoke("server-out");
  here.servers.delete("server-gone");
  here.signIns.tokens.revoke("server-again");
  later();
  here.signIn("server-again", "after signing out");

  const { stays } = bring(stage);
  expect(stage.list("SELECT name FROM access_tokens")).toEqual(["kept"]);
  expect(refreshTokens(stage)).toEqual(["after signing out"]);
  expect(stage.list("SELECT name FROM mcp_servers ORDER BY name")).toEqual([
    "again",
    "gone",
    "out",
  ]);
  const told = stays.join(" ");
  expect(told).toContain(
    "Access tokens that were revoked stay revoked: “revoked” and “with-profile”.",
  );
  expect(told).toContain("“gone”");
  expect(told).toContain("“out”");
  expect(stage.list("SELECT count(*) FROM revoked_access")).toEqual([5]);
});

test("an older sign-out does not end a sign-in that came after it", async () => {
  const github = here.addServer("github");
  here.signIn(github, "first");
  here.signIns.tokens.revoke(github);
  later();
  here.signIn(github, "second");
  const stage = await stageOf(here);
  // As where an earlier state was restored since, and this is undone.
  here.db.run("DELETE FROM oauth_tokens");
  bring(stage);
  expect(refreshTokens(stage)).toEqual(["second"]);
});

test("settings of this computer stay, set or not; others are those of the backup", async () => {
  here.settings.set("port", 5000);
  here.settings.set("backupFolder", "/elsewhere");
  here.settings.set("callTimeoutMs", 1000);
  const stage = await stageOf(here);
  here.settings.set("port", 6000);
  here.settings.delete("backupFolder");
  here.settings.set("backupDaily", false);
  here.settings.set("callTimeoutMs", 2000);
  const { stays } = bring(stage);
  const all = stage.list("SELECT key || '=' || value FROM settings ORDER BY key");
  expect(all).toEqual(["backupDaily=false", "callTimeoutMs=1000", "port=6000"]);
  expect(stays).toContain(
    "Settings of this computer stay as they are: port, automatic backups, folder of backups.",
  );
});

const OWNER = { table: "backups", id: "schedule", name: "passphrase" };
const passphraseIn = (stage: Stage): string | undefined => {
  const row = stage.connection
    .prepare<[], { id: string; sealed: string }>(
      "SELECT id, sealed FROM vault_secrets WHERE owner_table = 'backups'",
    )
    .get();
  const place = { table: "vault_secrets", column: "sealed", row: row?.id ?? "" };
  return row && stage.keys ? sealerOf(stage.keys).open(row.sealed, place) : undefined;
};

test("the passphrase for automatic backups is the one that is kept here, where there is one", async () => {
  here.keep("old", OWNER, "the passphrase of then");
  const [first, second, third] = [await stageOf(here), await stageOf(here), await stageOf(here)];
  expect(bring(first).stays.join(" ")).not.toContain("passphrase");
  expect(passphraseIn(first)).toBe("the passphrase of then");
  later();
  here.db.run("DELETE FROM vault_secrets");
  bring(second);
  expect(passphraseIn(second)).toBe("the passphrase of then");
  await here.vault.rotate();
  here.keep("new", OWNER, "the passphrase of now");
  expect(bring(third).stays.join(" ")).toContain("passphrase for automatic backups stays");
  expect(passphraseIn(third)).toBe("the passphrase of now");
  expect(bring(second, { liveKeys: null }).notes.join(" ")).toContain("Choose a passphrase");
  expect(passphraseIn(second)).toBeUndefined();
});

test("clients that are connected go on where there still is what they are connected to", async () => {
  const [kept, gone] = [here.addProfile("kept"), "profile-later"];
  here.addToken("kept");
  const session = (id: string, profileId: string | null, tokenId: string | null) => {
    const data = JSON.stringify({ sessionId: id, profileId, tokenId });
    here.db.run(
      `INSERT INTO mcp_sessions (session_id, kind, data, created_at) VALUES ('${id}', 'client', '${data}', 1)`,
    );
  };
  session("of-then", kept, null);
  here.db.run(
    `INSERT INTO resource_subscriptions (id, session_id, uri, created_at) VALUES ('s', 'of-then', 'a:b', 1)`,
  );
  const stage = await stageOf(here);
  here.db.run("DELETE FROM mcp_sessions");
  here.addProfile("later");
  here.addToken("later");
  session("goes-on", kept, "token-kept");
  session("of-the-environment", null, "env");
  here.db.run(
    "INSERT INTO resources (id, uri, name, created_at, updated_at) VALUES ('r', 'a:own', 'own', 1, 1)",
  );
  const subscribe = (id: string, of: string, uri: string, resource: string | null) =>
    here.db.run(
      `INSERT INTO resource_subscriptions (id, session_id, uri, resource_id, created_at)
       VALUES ('${id}', '${of}', '${uri}', ${resource === null ? "NULL" : `'${resource}'`}, 1)`,
    );
  subscribe("s1", "goes-on", "a:b", null);
  subscribe("s2", "goes-on", "a:own", "r");
  session("no-profile", gone, null);
  subscribe("s3", "no-profile", "a:b", null);
  session("no-token", kept, "token-later");
  here.db.run(
    "INSERT INTO mcp_sessions (session_id, kind, data, created_at) VALUES ('sign-in', 'sign_in', '{\"profileId\":null,\"tokenId\":null}', 1)",
  );
  bring(stage);
  expect(stage.list("SELECT session_id FROM mcp_sessions ORDER BY 1")).toEqual([
    "goes-on",
    "of-the-environment",
  ]);
  // The resource itself is not in the backup.
  expect(
    stage.list("SELECT id || ' ' || coalesce(resource_id, 'none') FROM resource_subscriptions"),
  ).toEqual(["s1 none", "s2 none"]);
});

test("a backup without secrets goes on with the vault of this computer", async () => {
  const then = await Computer.open(inDirectory("then"), null);
  toClose.push(then);
  const stage = await stageOf(then);
  here.signIn(here.addServer("github"), "first");
  expect(bring(stage).notes).toEqual([]);
  expect(stage.list("SELECT id FROM vault_keys")).toEqual(here.slots().map(({ id }) => id));
  expect(stage.list("SELECT id FROM vault_data_keys")).toEqual([here.vault.key()?.id]);
});

test("a copy of this computer's database opens by the slots that are here now", async () => {
  const stage = await stageOf(here);
  later();
  await here.vault.addSlot(someKey(), "Later");
  const [first] = here.slots();
  here.vault.removeSlot(first?.id ?? "");
  expect(bring(stage, { stagedKeys: null }).stays).toContain(
    "The vault opens with the keys of this computer.",
  );
  expect(stage.list("SELECT label FROM vault_keys")).toEqual(["Later"]);
});

test("a copy from elsewhere keeps its slots, since nothing here opens it", async () => {
  const there = await Computer.open(inDirectory("there"), someKey());
  toClose.push(there);
  const stage = await stageOf(there);
  // Not even where it claims to have the data key that is here.
  const own = here.vault.key()?.id;
  stage.connection.prepare("UPDATE vault_data_keys SET id = ?").run(own);
  expect(bring(stage, { stagedKeys: null }).notes.join(" ")).toContain(
    "the keys that were its own",
  );
  expect(stage.list("SELECT id FROM vault_keys")).toEqual(there.slots().map(({ id }) => id));
});

test("what is here and cannot be read is told, and does not keep a restore from repairing it", async () => {
  here.addToken("kept");
  const stage = await stageOf(here);
  here.db.run("DROP TABLE settings");
  const { notes } = bring(stage);
  expect(notes.join(" ")).toContain("What is here now cannot be read.");
  expect(stage.list("SELECT name FROM access_tokens")).toEqual(["kept"]);
});

test("a row that is not of the form that is written here is refused", async () => {
  here.addServer("github");
  const stage = await stageOf(here);
  stage.connection.exec("UPDATE mcp_servers SET config = CAST(config AS BLOB)");
  expect(() => bring(stage)).toThrow(expect.objectContaining({ code: "backup_refused" }));
});
