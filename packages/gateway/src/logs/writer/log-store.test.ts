import { existsSync, statSync, writeFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { GatewayError } from "@local-mcp/contract";
import { mcpServers, profiles } from "@local-mcp/database";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { LOG_CONTENTS, LOG_OUTCOMES } from "../facts.ts";
import { bodyOf, LogStage } from "./log-store.fixture.ts";

const outcome = (one: (typeof LOG_OUTCOMES)[number]): number => LOG_OUTCOMES.indexOf(one);
const contents = (one: (typeof LOG_CONTENTS)[number]): number => LOG_CONTENTS.indexOf(one);

test("an exchange is a row of debug_logs and one of facts, its names are terms, its words are found", () => {
  using stage = new LogStage();
  const { configuration } = stage;
  configuration.insert(profiles).values({ id: "p1", slug: "dev", name: "Dev" }).run();
  const entry = stage.entry({ profileId: "p1", serverId: "(local)" });
  expect(stage.write([entry, stage.entry()])).toMatchObject({ first: 1, last: 2, changed: [] });
  expect(stage.get("SELECT * FROM debug_logs")).toEqual({
    id: 1,
    correlation_id: "c1",
    profile_id: "p1",
    mcp_server_id: null,
    session_id: "session-1",
    request_type: "tools/call",
    request_payload: entry.request?.text,
    response_payload: entry.ended?.response?.text,
    status: "success",
    error_message: null,
    duration_ms: 12.5,
    note: null,
    created_at: Math.floor(entry.at),
  });
  expect(
    stage.get(`SELECT p.label AS profile, s.label AS server, c.value AS client, c.label AS version,
      m.value AS method, n.value AS name, f.at, f.outcome, f.request_bytes AS bytes, f.error
      FROM debug_log_facts f JOIN debug_log_terms p ON p.id = f.profile
      JOIN debug_log_terms s ON s.id = f.server JOIN debug_log_terms c ON c.id = f.client
      JOIN debug_log_terms m ON m.id = f.method JOIN debug_log_terms n ON n.id = f.name`),
  ).toEqual({
    profile: "dev",
    server: "(local)",
    client: "Some client",
    version: "1.2.3",
    method: "tools/call",
    name: "greet",
    at: entry.at,
    outcome: outcome("ok"),
    bytes: entry.request?.bytes,
    error: null,
  });
  expect(stage.found("jsonrpc")).toEqual([1, 2]);
});

test("names are those of the time of writing, also of what was renamed or removed since", () => {
  using stage = new LogStage();
  const { configuration } = stage;
  const labels = () =>
    stage
      .all<{ label: string }>(
        "SELECT label FROM debug_log_facts f JOIN debug_log_terms t ON t.id = f.server ORDER BY f.id",
      )
      .map(({ label }) => label);
  const write = (serverId: string) => stage.write([stage.entry({ serverId })]);
  configuration
    .insert(mcpServers)
    .values({
      id: "s1",
      name: "files",
      title: "",
      transport: "stdio",
      config: { transport: "stdio", command: "node", args: [], cwd: null, env: {}, secrets: {} },
      connections: "shared",
    })
    .run();
  write("s1");
  configuration.update(mcpServers).set({ name: "disk" }).where(eq(mcpServers.id, "s1")).run();
  write("s1");
  configuration.delete(mcpServers).run();
  write("s1");
  write("never-there");
  expect(labels()).toEqual(["files", "disk", "disk", "(removed)"]);
});

test("a message of more than 4 KB is compressed, and cut off between characters with its true size", () => {
  using stage = new LogStage();
  const long = `{"text":"${"é".repeat(40_000)}"}`;
  stage.write([stage.entry({ request: bodyOf(long) })], [], 65_536);
  const [row] = stage.all<{
    payload: Buffer;
    bytes: number;
    cut: number;
    answerCut: number;
  }>(`SELECT request_payload AS payload, request_bytes AS bytes, is_request_cut AS cut,
      is_response_cut AS answerCut FROM debug_logs JOIN debug_log_facts USING (id)`);
  expect(row).toMatchObject({ bytes: Buffer.byteLength(long), cut: 1, answerCut: 0 });
  const text = inflateRawSync(row?.payload ?? Buffer.of()).toString();
  expect(long.startsWith(text)).toBe(true);
  expect(Buffer.byteLength(text)).toBe(65_535);
  // Where nothing is cut off it is whole.
  stage.write([stage.entry({ request: bodyOf(long) })], [], null);
  const [whole] = stage.all<{ payload: Buffer; cut: number }>(
    "SELECT request_payload AS payload, is_request_cut AS cut FROM debug_logs JOIN debug_log_facts USING (id) WHERE id = 2",
  );
  expect(inflateRawSync(whole?.payload ?? Buffer.of()).toString()).toBe(long);
  expect(whole?.cut).toBe(0);
});

test("of what was recorded without messages only their sizes are there", () => {
  using stage = new LogStage();
  const sizes = { request: { text: null, bytes: 12 } };
  stage.write([
    stage.entry({ ...sizes, hasContents: false, ended: null }),
    stage.entry({ ...sizes, ended: null }),
  ]);
  expect(stage.all("SELECT contents, request_bytes FROM debug_log_facts")).toEqual([
    { contents: contents("level"), request_bytes: 12 },
    { contents: contents("none"), request_bytes: 12 },
  ]);
  expect(stage.found("jsonrpc")).toEqual([]);
});

test("what ends later changes its row, and is found by the words of both messages", () => {
  using stage = new LogStage();
  const begun = stage.entry({ ended: null, request: bodyOf(`{"q":"question\\nwords"}`) });
  stage.write([begun]);
  expect(stage.get("SELECT status FROM debug_logs")).toEqual({ status: "pending" });
  const error = { code: "server_timeout", message: "It took too long." };
  const response = bodyOf(`{"a":"${"answered ".repeat(600)}"}`);
  const end = stage.end({ key: begun.key, outcome: "timed_out", error, response });
  const session = { sessionId: "later", client: { name: "Late", version: null }, era: null };
  expect(stage.write([], [{ ...end, session }])).toMatchObject({ first: null, changed: [1] });
  expect(
    stage.get(
      `SELECT outcome, l.status, l.error_message AS error, l.session_id AS session, t.value AS client
        FROM debug_log_facts f JOIN debug_logs l USING (id) JOIN debug_log_terms t ON t.id = f.client`,
    ),
  ).toEqual({
    outcome: outcome("timed_out"),
    status: "error",
    error: error.message,
    session: "later",
    client: "Late",
  });
  expect(stage.found("question AND words AND answered")).toEqual([1]);
  expect(stage.found("nwords")).toEqual([]);
  // It has ended; and what another ends, with an answer and without one, is not there.
  const unknown = [stage.end({ key: 4711 }), stage.end({ key: 4712, response: null })];
  expect(stage.write([], unknown)).toMatchObject({ changed: [], lost: 1 });
});

test("what ran when the gateway was killed was interrupted, and ends no other row", () => {
  using stage = new LogStage();
  stage.write([stage.entry({ key: 7, ended: null }), stage.entry()]);
  stage.crash();
  expect(stage.write([], [stage.end({ key: 7 })]).changed).toEqual([]);
  expect(
    stage.all("SELECT outcome, status FROM debug_logs JOIN debug_log_facts USING (id)"),
  ).toEqual([
    { outcome: outcome("interrupted"), status: "error" },
    { outcome: outcome("ok"), status: "success" },
  ]);
});

test("a batch for which there is no room is not stored at all, and the next one is", () => {
  using stage = new LogStage();
  stage.write([stage.entry({ key: 1, ended: null })]);
  const [full] = stage.all<{ pages: number }>("SELECT page_count AS pages FROM pragma_page_count");
  stage.limitPages(full?.pages ?? 0);
  const big = bodyOf(Array.from({ length: 40_000 }, (_, word) => `w${word}`).join(" "));
  const batch = () =>
    stage.write([stage.entry({ name: "new", request: big })], [stage.end({ key: 1 })], null);
  expect(batch).toThrow(expect.objectContaining({ code: "disk_full" }));
  expect(stage.all("SELECT status FROM debug_logs")).toEqual([{ status: "pending" }]);
  expect(stage.all("SELECT value FROM debug_log_terms WHERE value = 'new'")).toEqual([]);
  stage.limitPages(1_000_000);
  expect(batch()).toMatchObject({ first: 2, last: 2, changed: [1] });
  expect(stage.found("w39999")).toEqual([2]);
  expect(stage.store.size().rows).toBe(2);
});

test("whether it can be written is tried with as much as a batch, of which nothing stays", () => {
  using stage = new LogStage();
  stage.write([stage.entry()]);
  const log = `${stage.files.traffic}-wal`;
  const { size } = statSync(log);
  stage.store.probe();
  expect(statSync(log).size).toBeGreaterThan(size + 1024 * 1024);
  expect(stage.all("SELECT * FROM debug_log_dismissals")).toEqual([]);
  const [full] = stage.all<{ pages: number }>("SELECT page_count AS pages FROM pragma_page_count");
  stage.limitPages((full?.pages ?? 0) + 10);
  expect(() => stage.store.probe()).toThrow(expect.objectContaining({ code: "disk_full" }));
  stage.limitPages(1_000_000);
  stage.store.probe();
  stage.write([stage.entry()]);
  expect(stage.store.size().rows).toBe(2);
  expect(stage.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});

test("a file that is damaged is not touched, and said to be so", () => {
  using stage = new LogStage();
  writeFileSync(stage.files.traffic, "not a database, whatever else it is".repeat(50));
  const damaged = expect.objectContaining({ code: "database_damaged" });
  expect(() => stage.write([stage.entry()])).toThrow(damaged);
  expect(() => stage.store.probe()).toThrow(damaged);
});

test("nothing is made of a file that is not there but by what is recorded", async () => {
  using stage = new LogStage();
  expect(stage.store.size()).toEqual({ rows: 0, bytes: 0, oldestAt: null });
  expect(stage.prune({})).toBe(0);
  expect(await stage.clear()).toBe(0);
  expect(await stage.clear("status:error")).toBe(0);
  stage.clearAll();
  expect(existsSync(stage.files.traffic)).toBe(false);
});

test("a row is pinned and noted without what is secret, or is not there", () => {
  using stage = new LogStage();
  stage.write([stage.entry()]);
  stage.store.secret({ kind: "know", value: "tangerine-4711-secret" });
  stage.store.mark({ id: 1, pinned: true, note: "key is tangerine-4711-secret" });
  const marks = () =>
    stage.get("SELECT is_pinned, has_note, note FROM debug_log_facts JOIN debug_logs USING (id)");
  expect(marks()).toEqual({ is_pinned: 1, has_note: 1, note: "key is [removed: secret]" });
  stage.store.mark({ id: 1, note: null });
  expect(marks()).toEqual({ is_pinned: 1, has_note: 0, note: null });
  stage.store.mark({ id: 1, pinned: false });
  expect(marks()).toEqual({ is_pinned: 0, has_note: 0, note: null });
  expect(() => stage.store.mark({ id: 9, note: "?" })).toThrow(
    new GatewayError("log_not_found", { id: 9 }),
  );
  stage.store.dismiss("finding", 1);
  stage.store.dismiss("finding", 2);
  expect(stage.all("SELECT * FROM debug_log_dismissals")).toEqual([
    { finding: "finding", dismissed_at: 2 },
  ]);
});
