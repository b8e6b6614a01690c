import { type LogFinding, parseLogQuery } from "@local-mcp/contract";
import { openSqlite } from "@local-mcp/database";
import { expect, test } from "vitest";
import { findingsOf } from "./findings.ts";
import type { FindingsQuery } from "./messages.ts";
import { pageOf } from "./pages.ts";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";

const MINUTE = 60_000;

const stageOf = () => {
  const stage = new ReaderStage();
  const [serverId = "", otherId = ""] = stage.servers;
  const [profileId = ""] = stage.profiles;
  const find = async (more: Partial<FindingsQuery> = {}) => {
    const base: FindingsQuery = { now: NOW, ofCatalog: [], levels: [], standard: "full" };
    return findingsOf(stage.reading, { ...base, ...more }, WAITING);
  };
  /** A call of a server, so long ago. */
  const upstream = (
    ago: number,
    code: string | null,
    more: { durationMs?: number; id?: string } = {},
  ) =>
    stage.ended(
      { kind: "upstream", serverId: more.id ?? serverId, at: NOW - ago },
      {
        outcome: code === null ? "ok" : "error",
        error: code === null ? null : { code, message: "It failed." },
        ...more,
      },
    );
  return { stage, find, upstream, serverId, otherId, profileId };
};

const many = (times: number, run: (index: number) => void): void => {
  for (let index = 0; index < times; index += 1) run(index);
};

/** Rows that a finding shows. */
const shown = async (stage: ReaderStage, { filter }: LogFinding) => {
  expect(parseLogQuery(filter ?? "", NOW).problems).toEqual([]);
  return (await pageOf(stage.reading, { filter: filter ?? "", now: NOW, limit: 500 }, WAITING)).rows
    .length;
};

test("a server fails that failed often in the same way, and more often than not", async () => {
  const { stage, find, upstream, otherId } = stageOf();
  using _ = stage;
  many(4, (index) => upstream(index * MINUTE, "server_timeout"));
  upstream(61 * MINUTE, "server_timeout");
  many(20, () => upstream(0, "server_failed", { id: otherId }));
  many(20, () => upstream(0, null, { id: otherId }));
  expect(await find()).toEqual([]);
  upstream(5 * MINUTE, "server_timeout");
  const [finding, ...more] = await find();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    code: "server_failing",
    count: 5,
    lastAt: NOW,
    server: "files",
    message: expect.stringContaining("files failed 5 times in the last hour"),
  });
  expect(finding && (await shown(stage, finding))).toBe(5);
});

test("a server has not failed where only its failures are recorded", async () => {
  const { stage, find, upstream, serverId, profileId } = stageOf();
  using _ = stage;
  many(20, () => upstream(0, "server_timeout", { durationMs: 9000 }));
  const codes = async (more: Partial<FindingsQuery>) =>
    (await find(more)).map(({ code }) => code).toSorted();
  const both = ["server_failing", "server_slow"];
  const [server, profile] = [{ server: "files" }, { profile: "dev" }];
  expect(await codes({})).toEqual(both);
  expect(await codes({ standard: "errors" })).toEqual([]);
  expect(await codes({ levels: [{ ...server, level: "errors" }] })).toEqual([]);
  expect(await codes({ standard: "errors", levels: [{ ...server, level: "full" }] })).toEqual(both);
  expect(await codes({ levels: [{ server: "git-hub", level: "errors" }] })).toEqual(both);

  const ofProfile = { kind: "upstream", serverId, profileId, at: NOW } as const;
  many(400, () => stage.ended(ofProfile, { durationMs: 10 }));
  expect(await codes({})).toEqual([]);
  expect(
    await codes({
      levels: [
        { ...server, level: "full" },
        { ...profile, level: "errors" },
      ],
    }),
  ).toEqual(both);
});

test("what a crash of the gateway interrupted is no failure of a server", async () => {
  const { stage, find, upstream, serverId } = stageOf();
  using _ = stage;
  many(9, () => stage.add({ kind: "upstream", serverId, at: NOW, ended: null }));
  stage.crash();
  stage.add();
  expect(await find()).toEqual([]);
  many(5, () => upstream(0, "server_timeout"));
  expect(await find()).toMatchObject([{ code: "server_failing", count: 5 }]);
});

test("errors of tools are not said to be the same", async () => {
  const { stage, find, serverId } = stageOf();
  using _ = stage;
  const upstream = { kind: "upstream", serverId, at: NOW } as const;
  many(5, () => stage.ended(upstream, { outcome: "tool_error" }));
  stage.ended(upstream, { outcome: "error", error: { code: "-32600", message: "No." } });
  const [finding] = await find();
  expect(finding?.message).toBe(
    "files failed 5 times in the last hour with errors of its tools, more often than it did not.",
  );
  expect(finding && (await shown(stage, finding))).toBe(5);
});

test("that not all of the hour was looked at is said", async () => {
  const { stage, find, upstream } = stageOf();
  using _ = stage;
  many(7, () => upstream(5 * MINUTE, "server_timeout"));
  const file = openSqlite(stage.files.traffic);
  file.exec("UPDATE sqlite_sequence SET seq = seq + 200000 WHERE name = 'debug_logs'");
  file.close();
  many(5, () => upstream(0, "server_timeout"));
  const [finding] = await find();
  // Of the seven before, the place of one is left to the newest row.
  expect(finding?.message).toContain("files failed 5 times in the newest 200,000 rows with");
  expect(await find({ now: NOW + 56 * MINUTE })).toMatchObject([
    { message: expect.stringContaining("in the last hour") },
  ]);
});

test("a client does not see that its session is over that is told so again and again", async () => {
  const { stage, find } = stageOf();
  using _ = stage;
  // Who comes with a session that is over has no name any more.
  const refused = (ago: number, sessionId: string | null) =>
    stage.ended(
      { at: NOW - ago, client: null, sessionId },
      { outcome: "error", error: { code: "session_not_found", message: "It is over." } },
    );
  stage.ended({ client: { name: "Claude Code", version: "2" }, sessionId: "one" }, {});
  for (const ago of [40, 20, 1]) refused(ago * MINUTE, "slow");
  for (const ago of [3, 2]) refused(ago * MINUTE, "one");
  for (const other of ["two", "three", null, null, null]) refused(MINUTE, other);
  expect(await find()).toEqual([]);
  refused(11 * MINUTE, "one");
  for (const ago of [1, 2, 3]) refused(ago * MINUTE, "nobody's");
  const [finding, nobody, ...more] = await find();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ code: "dead_session", count: 3, lastAt: NOW - 2 * MINUTE });
  expect(finding?.message).toContain("Claude Code goes on with a session that is over");
  expect(finding && (await shown(stage, finding))).toBe(3);
  expect(nobody?.message).toContain("A client goes on with a session that is over");
});

test("a list is too long of which so much has to be read", async () => {
  const { stage, find, profileId } = stageOf();
  using _ = stage;
  const list = (bytes: number, ago = 0, method = "tools/list") =>
    stage.ended(
      { method, name: null, profileId, at: NOW - ago },
      {
        body: { text: null, bytes },
      },
    );
  list(256 * 1024);
  list(300 * 1024, 25 * 60 * MINUTE);
  expect(await find()).toEqual([]);
  list(300 * 1024);
  const [finding] = await find();
  expect(finding).toMatchObject({ code: "list_oversized", profile: "dev", count: 1 });
  expect(finding?.message).toContain("300 KB");
  list(400 * 1024, 0, "resources/list");
  expect((await find()).map(({ message }) => message)).toContain(
    "The list of resources of “dev” takes 400 KB, which each client reads whole.",
  );
  expect(finding && (await shown(stage, finding))).toBeGreaterThan(0);
});

test("a server is slow of whose calls one in twenty takes long", async () => {
  const { stage, find, upstream } = stageOf();
  using _ = stage;
  many(18, () => upstream(0, null, { durationMs: 10 }));
  upstream(0, null, { durationMs: 7500 });
  expect(await find()).toEqual([]);
  upstream(0, null, { durationMs: 9000 });
  const [finding] = await find();
  expect(finding).toMatchObject({ code: "server_slow", count: 20, server: "files" });
  expect(finding?.message).toContain("7.5 s or longer");
  expect(finding && (await shown(stage, finding))).toBe(2);
  many(19, () => upstream(0, null, { durationMs: 10 }));
  expect(await find()).toMatchObject([{ count: 39 }]);
  upstream(0, null, { durationMs: 10 });
  expect(await find()).toEqual([]);
});

test("what was dismissed is told again when all that it takes was seen anew", async () => {
  const { stage, find, upstream } = stageOf();
  using _ = stage;
  many(5, () => upstream(10 * MINUTE, "server_timeout"));
  const [finding] = await find();
  stage.store.dismiss(finding?.id ?? "", NOW - 5 * MINUTE);
  expect(await find()).toEqual([]);
  many(4, () => upstream(MINUTE, "server_timeout"));
  expect(await find()).toEqual([]);
  upstream(MINUTE, "server_timeout");
  expect(await find()).toMatchObject([{ id: finding?.id, count: 5 }]);
});

test("what the catalog shows is told as well, unless it was dismissed", async () => {
  const { stage, find } = stageOf();
  using _ = stage;
  const finding = (id: string): LogFinding => ({
    id,
    code: "name_over_budget",
    message: "Long.",
    fix: "Shorter.",
    count: 1,
    lastAt: null,
    filter: null,
    server: "files",
    profile: "dev",
  });
  expect(await find({ ofCatalog: [finding("one")] })).toEqual([finding("one")]);
  stage.store.dismiss("one", NOW);
  expect(await find({ ofCatalog: [finding("one"), finding("two")] })).toEqual([finding("two")]);
});
