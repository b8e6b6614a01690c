import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sealer } from "@local-mcp/vault";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ClientSession } from "./client-session.ts";
import { FileStorageBackend } from "./file/file.ts";
import { MemoryStorageBackend } from "./memory.ts";
import { copyRows } from "./copy-rows.ts";
import { migrateSessions } from "./migrate.ts";
import type { RecordStorage } from "./record-storage.ts";
import type { Row, Rows } from "./rows.ts";
import { SqliteStorageBackend } from "./sqlite.ts";
import { clientSession, IDLE_MS, secretMembers, session, START } from "./test-kit.ts";

const NOW = START;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "migrate-"));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

/** Marks what it seals, so that it is seen that nobody opened it. */
const sealer: Sealer = {
  seal: (text) => `sealed ${Buffer.from(text).toString("base64")}`,
  open: () => {
    throw new Error("nobody is to open it");
  },
};

/** Rows as a store with a key has them. */
const rowsOf = async (fill: (store: RecordStorage) => Promise<void>): Promise<Row[]> => {
  const options = { now: () => NOW, clientIdleMs: () => IDLE_MS };
  const path = join(directory(), "made.db");
  const store = new SqliteStorageBackend({ path }, { ...options, sealer });
  await store.init();
  await fill(store);
  const all = [...(await store.rows.list("client")), ...(await store.rows.list("sign_in"))];
  await store.disconnect();
  return all;
};

const clients = (...ids: (string | Partial<ClientSession>)[]): Promise<Row[]> =>
  rowsOf(async (store) => {
    for (const id of ids) {
      const members = typeof id === "string" ? { sessionId: id } : id;
      await store.createClientSession(
        clientSession({ subscriptions: ["x://b", "x://a"], ...members }),
      );
    }
  });
const signIns = (...ids: string[]): Promise<Row[]> =>
  rowsOf(async (store) => {
    for (const sessionId of ids) {
      await store.createSession(session({ sessionId, identity: "user:1", ...secretMembers() }));
    }
  });

const STORES: Record<string, () => RecordStorage> = {
  memory: () => new MemoryStorageBackend({ now: () => NOW }),
  sqlite: () => new SqliteStorageBackend({ path: join(directory(), "s.db") }, { now: () => NOW }),
  file: () => new FileStorageBackend({ path: join(directory(), "s.json") }, { now: () => NOW }),
};

const opened = async (name: string): Promise<Rows> => {
  const store = STORES[name]?.();
  if (store === undefined) throw new Error(name);
  await store.init();
  ends.push(() => void store.disconnect());
  return store.rows;
};

const fill = async (rows: Rows, all: readonly Row[]): Promise<void> => {
  for (const row of all) expect(await rows.insert(row, 0)).toBe(true);
};

const idsIn = async (rows: Rows): Promise<string[]> =>
  [...(await rows.list("client")), ...(await rows.list("sign_in"))].map((one) => one.sessionId);

let many: Row[];
beforeAll(async () => {
  many = [
    ...(await clients(...Array.from({ length: 250 }, (_, at) => `client-${at}`))),
    ...(await signIns(...Array.from({ length: 30 }, (_, at) => `signIn${at}`))),
    ...(await clients({ sessionId: "expired", lastSeenAt: NOW - IDLE_MS })),
  ];
});

describe("sessions that are copied", () => {
  const names = Object.keys(STORES);
  const ways = names.flatMap((from) => names.map((to) => ({ from, to })));
  test.each(ways)("from $from to $to are the same there, without a key", async ({ from, to }) => {
    const [one, other] = [await opened(from), await opened(to)];
    await fill(one, many);
    const steps: string[] = [];
    const first = await migrateSessions(one, other, {
      overwrites: false,
      now: NOW,
      onProgress: (done, total, phase) => steps.push(`${phase} ${done}/${total}`),
    });
    expect(first).toEqual({ copied: 280, replaced: 0, same: 0, expired: 1 });
    expect(steps).toContain("copy 280/280");
    expect(steps.at(-1)).toBe("compare 280/280");
    expect(await idsIn(other)).toHaveLength(280);
    const read = await other.read("sign_in", "signIn7");
    const made = many.find(({ sessionId }) => sessionId === "signIn7");
    expect(JSON.parse(read?.data ?? "")).toEqual(JSON.parse(made?.data ?? ""));
    expect(read?.data).toContain("sealed ");
    expect({ ...read, data: "" }).toEqual({ ...made, data: "" });
    // Once more changes nothing.
    const again = await migrateSessions(one, other, { overwrites: false, now: NOW });
    expect(again).toEqual({ copied: 0, replaced: 0, same: 280, expired: 1 });
  });

  test("are refused before anything is written where others have their ids", async () => {
    const [from, to] = [await opened("sqlite"), await opened("memory")];
    await fill(from, await clients("a", "b", "c"));
    await fill(to, await clients({ sessionId: "b", createdAt: 1 }, "c"));
    const refused = migrateSessions(from, to, { overwrites: false, now: NOW });
    await expect(refused).rejects.toMatchObject({
      code: "sessions_in_the_way",
      message: "Under the same ids there are others already: b. Nothing was copied.",
    });
    expect((await idsIn(to)).toSorted()).toEqual(["b", "c"]);
    const done = await migrateSessions(from, to, { overwrites: true, now: NOW });
    expect(done).toEqual({ copied: 2, replaced: 1, same: 1, expired: 0 });
    expect(await to.read("client", "b")).toMatchObject({ createdAt: NOW });
  });

  test("take the place of those of the other kind only where that was asked for", async () => {
    const [from, to] = [await opened("memory"), await opened("sqlite")];
    await fill(from, await clients("a"));
    await fill(to, await signIns("a"));
    const refused = migrateSessions(from, to, { overwrites: false, now: NOW });
    await expect(refused).rejects.toMatchObject({ code: "sessions_in_the_way" });
    await migrateSessions(from, to, { overwrites: true, now: NOW });
    expect(await to.read("sign_in", "a")).toBeNull();
    expect(await to.read("client", "a")).not.toBeNull();
  });

  test("are not said to be there where the store has lost or changed one", async () => {
    const [from, to] = [await opened("memory"), await opened("memory")];
    await fill(from, [...(await clients("a", "b", "d", "e")), ...(await signIns("c"))]);
    const forgetful: Rows = {
      ...to,
      insert: async (row, now) => row.sessionId === "a" || to.insert(row, now),
    };
    const lost = migrateSessions(from, forgetful, { overwrites: false, now: NOW });
    await expect(lost).rejects.toMatchObject({ code: "sessions_not_copied" });
    const changing: Rows = {
      ...to,
      read: async (kind, id) => {
        const row = await to.read(kind, id);
        return row && { ...row, expiresAt: row.expiresAt + 1 };
      },
    };
    await to.removeAll("client");
    await to.removeAll("sign_in");
    const changed = migrateSessions(from, changing, { overwrites: false, now: NOW });
    await expect(changed).rejects.toThrow(
      /^What was copied is not there as it was: \w, \w, \w and 2 more\.$/,
    );
  });

  test("with secrets in clear, as another library wrote them, are refused, and stay", async () => {
    const path = join(directory(), "s.json");
    const inClear = session({ sessionId: "clear1", identity: "user:1", ...secretMembers() });
    const text = JSON.stringify([session({ sessionId: "plain1" }), inClear]);
    writeFileSync(path, text);
    const from = new FileStorageBackend({ path }, { now: () => NOW });
    await from.init();
    ends.push(() => void from.disconnect());
    const to = await opened("sqlite");
    const refused = { code: "sessions_in_clear", params: { ids: "clear1" } };
    const migrated = migrateSessions(from.rows, to, { overwrites: true, now: NOW });
    await expect(migrated).rejects.toMatchObject(refused);
    await expect(copyRows(from.rows, to, NOW)).rejects.toMatchObject(refused);
    expect(await idsIn(to)).toEqual([]);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("that were interrupted are completed by the same again", async () => {
    const [from, to] = [await opened("memory"), await opened("sqlite")];
    await fill(from, many);
    const stopping = new AbortController();
    const stopped = migrateSessions(from, to, {
      overwrites: false,
      now: NOW,
      signal: stopping.signal,
      onProgress: () => stopping.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "request_cancelled" });
    expect(await idsIn(to)).toHaveLength(200);
    const rest = await migrateSessions(from, to, { overwrites: false, now: NOW });
    expect(rest).toEqual({ copied: 80, replaced: 0, same: 200, expired: 1 });
  });
});
