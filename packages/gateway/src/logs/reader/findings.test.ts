import { type LogFinding, parseLogQuery } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { findingsOf } from "./findings.ts";
import { pageOf } from "./pages.ts";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";

const MINUTE = 60_000;

const stageOf = () => {
  const stage = new ReaderStage();
  const [serverId = "", otherId = ""] = stage.servers;
  const [profileId = ""] = stage.profiles;
  const find = async (now = NOW, ofCatalog: LogFinding[] = []) =>
    findingsOf(stage.reading, { now, ofCatalog }, WAITING);
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

test("a client does not see that its session is over that is told so again and again", async () => {
  const { stage, find } = stageOf();
  using _ = stage;
  const refused = (ago: number, name: string) =>
    stage.ended(
      { at: NOW - ago, client: { name, version: null }, sessionId: "gone" },
      { outcome: "error", error: { code: "session_not_found", message: "It is over." } },
    );
  for (const ago of [40, 20, 1]) refused(ago * MINUTE, "Slow client");
  for (const ago of [3, 2]) refused(ago * MINUTE, "Claude Code");
  expect(await find()).toEqual([]);
  refused(11 * MINUTE, "Claude Code");
  const [finding] = await find();
  expect(finding).toMatchObject({ code: "dead_session", count: 3, lastAt: NOW - 2 * MINUTE });
  expect(finding?.message).toContain("Claude Code goes on with a session that is over");
  expect(finding && (await shown(stage, finding))).toBe(3);
});

test("a list is too long of which so much has to be read", async () => {
  const { stage, find, profileId } = stageOf();
  using _ = stage;
  const list = (bytes: number, ago = 0) =>
    stage.ended(
      { method: "tools/list", name: null, profileId, at: NOW - ago },
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
  expect(await find(NOW, [finding("one")])).toEqual([finding("one")]);
  stage.store.dismiss("one", NOW);
  expect(await find(NOW, [finding("one"), finding("two")])).toEqual([finding("two")]);
});
