import type { LogExportPart } from "@local-mcp/contract";
import { createRedactor } from "@local-mcp/vault";
import { expect, test } from "vitest";
import { z } from "zod";
import { bodyOf } from "../writer/log-store.fixture.ts";
import { exportPartOf } from "./export.ts";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";

const ask = {
  filter: "",
  now: NOW,
  address: "http://127.0.0.1:4444",
  contents: false,
  redact: (text: string) => text,
};

/** All parts, put together. */
async function exported(
  stage: ReaderStage,
  query: {
    format: "jsonl" | "har";
    contents?: boolean;
    filter?: string;
    redact?: (text: string) => string;
  },
): Promise<{ text: string; parts: LogExportPart[] }> {
  const parts: LogExportPart[] = [];
  for (let after: number | undefined; ;) {
    const part = await exportPartOf(stage.reading, { ...ask, ...query, after }, WAITING);
    parts.push(part);
    if (part.next === null) return { text: parts.map(({ text }) => text).join(""), parts };
    after = part.next;
  }
}

const linesOf = (text: string): unknown[] =>
  text.split("\n").flatMap((line): unknown[] => (line === "" ? [] : [JSON.parse(line)]));

const har = z.object({
  log: z.object({
    version: z.literal("1.2"),
    creator: z.object({ name: z.string(), version: z.string() }),
    entries: z.array(
      z.looseObject({
        startedDateTime: z.iso.datetime(),
        time: z.number(),
        request: z.looseObject({
          method: z.literal("POST"),
          url: z.url(),
          postData: z.object({ mimeType: z.string(), text: z.string() }),
        }),
        response: z.looseObject({
          status: z.number(),
          content: z.looseObject({ size: z.number(), text: z.string() }),
        }),
        timings: z.looseObject({ blocked: z.number(), wait: z.number(), receive: z.number() }),
        _mcp: z.looseObject({ id: z.number(), upstream: z.array(z.looseObject({})) }),
      }),
    ),
  }),
});

const MESSAGE = {
  jsonrpc: "2.0",
  id: 7,
  method: "tools/call",
  params: { name: "search", arguments: { query: "marker one", tags: ["marker"], deep: { n: 5 } } },
};
const ANSWER = {
  jsonrpc: "2.0",
  id: 7,
  result: { content: [{ type: "text", text: "marker two" }], isError: true, meta: null },
};

/** An exchange whose contents have a word that is not to leave. */
function marked(stage: ReaderStage): void {
  const correlation = "c1";
  const about = {
    correlation,
    profileId: stage.profiles[0],
    request: bodyOf(JSON.stringify(MESSAGE)),
  };
  const id = stage.ended(about, {
    response: JSON.stringify(ANSWER),
    durationMs: 100,
    outcome: "tool_error",
    error: { code: "tool_error", message: "marker three" },
  });
  stage.ended(
    { ...about, kind: "upstream", direction: "to_server", serverId: stage.servers[0] },
    { durationMs: 80, waitedMs: 10, headMs: 60 },
  );
  stage.store.mark({ id, note: "marker four" });
}

test("a line of JSON for each row, without what was said unless that is asked for", async () => {
  using stage = new ReaderStage();
  marked(stage);
  const bare = await exported(stage, { format: "jsonl" });
  expect(bare.text).not.toContain("marker");
  expect(linesOf(bare.text)).toMatchObject([
    {
      id: 1,
      kind: "request",
      profile: "dev",
      request: {
        jsonrpc: "2.0",
        id: 7,
        method: "tools/call",
        params: {
          name: "search",
          arguments: {
            query: "(text, 10 characters)",
            tags: ["(1 item)", "(text, 6 characters)"],
            deep: { n: "(number)" },
          },
        },
      },
      response: {
        result: {
          content: ["(1 item)", { type: "(text, 4 characters)", text: "(text, 10 characters)" }],
          isError: "(true or false)",
          meta: null,
        },
      },
    },
    { id: 2, kind: "upstream", waitedMs: 10, headMs: 60 },
  ]);
  const whole = await exported(stage, { format: "jsonl", contents: true });
  expect(linesOf(whole.text)).toMatchObject([
    { request: MESSAGE, response: ANSWER, error: "marker three", note: "marker four" },
    { id: 2 },
  ]);
});

test("of a resource no more than the scheme of its URI leaves, and names of tools as they are", async () => {
  using stage = new ReaderStage();
  const uri = "file:///home/marker/taxes.txt";
  const read = { correlation: "c1", method: "resources/read", name: uri };
  const request = { ...MESSAGE, method: "resources/read", params: { uri } };
  stage.ended({ ...read, request: bodyOf(JSON.stringify(request)) }, {});
  stage.ended({ ...read, kind: "upstream", direction: "to_server" }, {});
  stage.ended({ name: "files:read" }, {});
  for (const format of ["jsonl", "har"] as const) {
    const { text } = await exported(stage, { format });
    expect(text).not.toContain("marker");
    expect(text.split('"name":"file: (text, 29 characters)"')).toHaveLength(3);
    expect(text).toContain('"name":"files:read"');
  }
  const whole = await exported(stage, { format: "jsonl", contents: true });
  expect(linesOf(whole.text)).toMatchObject([{ name: uri }, { name: uri }, {}]);
});

test("what is cut off, is no JSON or was not recorded is a line of its own too", async () => {
  using stage = new ReaderStage();
  const long = JSON.stringify({ jsonrpc: "2.0", text: "x".repeat(9000) });
  stage.write([stage.entry({ request: bodyOf(long), ended: null })], [], 4096);
  stage.ended({ request: bodyOf("no\nJSON {") }, { response: '{"a":\n1}' });
  stage.add({ request: { text: null, bytes: 5 }, hasContents: false, ended: null });
  const bare = linesOf((await exported(stage, { format: "jsonl" })).text);
  expect(bare).toMatchObject([
    { request: "(message, 9,027 bytes, cut off)", requestCut: true, response: null },
    { request: "(message, 9 bytes)", response: { a: "(number)" } },
    { request: null, response: null, contents: "level" },
  ]);
  const whole = linesOf((await exported(stage, { format: "jsonl", contents: true })).text);
  expect(whole).toMatchObject([
    { request: expect.stringContaining('{"jsonrpc":"2.0","text":"xxx') },
    { request: "no\nJSON {", response: '{"a":\n1}' },
    {},
  ]);
});

test("parts are small, and put together they are every row once", async () => {
  using stage = new ReaderStage();
  const body = bodyOf(JSON.stringify({ jsonrpc: "2.0", text: "y".repeat(3000) }));
  stage.write(Array.from({ length: 700 }, () => stage.entry({ request: body })));
  for (const contents of [true, false]) {
    const { text, parts } = await exported(stage, { format: "jsonl", contents });
    const ids = linesOf(text).map((line) => z.looseObject({ id: z.number() }).parse(line).id);
    expect(ids).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.text.length).toBeLessThan(600_000);
  }
});

test("a file of HAR 1.2 of what clients asked, with what servers were asked on account of it", async () => {
  using stage = new ReaderStage();
  marked(stage);
  for (let index = 0; index < 600; index += 1) stage.write([stage.entry()]);
  const { text, parts } = await exported(stage, { format: "har" });
  expect(parts.length).toBeGreaterThan(1);
  expect(text).not.toContain("marker");
  const { entries } = har.parse(JSON.parse(text)).log;
  expect(entries).toHaveLength(601);
  expect(entries[0]).toMatchObject({
    time: 100,
    request: { url: "http://127.0.0.1:4444/mcp/dev" },
    response: { status: 200 },
    timings: { blocked: 10, wait: 60, receive: 30 },
    _mcp: {
      method: "tools/call",
      outcome: "tool_error",
      upstream: [{ server: "files", durationMs: 80, waitedMs: 10 }],
    },
  });
  for (const { time, timings } of entries) {
    expect(timings.blocked + timings.wait + timings.receive).toBeCloseTo(time);
  }
  const whole = await exported(stage, { format: "har", contents: true, filter: "tool:greet" });
  const [first] = har.parse(JSON.parse(whole.text)).log.entries;
  expect(JSON.parse(first?.request.postData.text ?? "")).toEqual(MESSAGE);
});

test("a file of nothing is a file all the same", async () => {
  using stage = new ReaderStage();
  expect((await exported(stage, { format: "jsonl" })).text).toBe("");
  const empty = await exported(stage, { format: "har" });
  expect(har.parse(JSON.parse(empty.text)).log.entries).toEqual([]);
  marked(stage);
  const none = await exported(stage, { format: "har", filter: "tool:nothing" });
  expect(har.parse(JSON.parse(none.text)).log.entries).toEqual([]);
});

test("what is cut off in the middle of a placeholder takes nothing of the next row along", async () => {
  using stage = new ReaderStage();
  const cut = { text: String.raw`{"text":"\"token\":\"[remo`, bytes: 100_000 };
  stage.add({ request: cut });
  stage.add({ request: bodyOf(String.raw`{"text":"\"a\""}`) });
  const redactor = createRedactor();
  const redact = (text: string): string => redactor.text(text);
  const lines = await exported(stage, { format: "jsonl", contents: true, redact });
  expect(linesOf(lines.text)).toHaveLength(2);
  const file = await exported(stage, { format: "har", contents: true, redact });
  expect(har.parse(JSON.parse(file.text)).log.entries).toHaveLength(2);
});
