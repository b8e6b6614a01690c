import { GatewayError, type GatewayEvent, type LogLevelChoice } from "@local-mcp/contract";
import { beforeEach, expect, test } from "vitest";
import { callOf, detailOf, rowOf } from "./logs.fixture.ts";
import { LogsService } from "./logs-service.ts";

/** Everything that was done, in order. */
let done: string[];
let events: GatewayEvent["type"][];
let logs: LogsService;
let answers: Record<string, unknown>;

const ANSWERS = {
  page: { rows: [rowOf({ id: 41, at: 1000 }), rowOf({ id: 42, at: 5001 })] },
  count: { matches: 3, last: 40 },
  detail: detailOf(callOf({ query: "disk" })),
  row: rowOf(),
  findings: [],
};

const asked = (thread: string) => ({
  ask: async (kind: string, input: unknown): Promise<never> => {
    done.push(`${thread} ${kind} ${JSON.stringify(input)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each answer is of its kind
    return answers[kind] as never;
  },
});
const note = (what: string) => (input?: unknown) => {
  done.push(input === undefined ? what : `${what} ${JSON.stringify(input)}`);
};

beforeEach(() => {
  done = [];
  events = [];
  answers = { ...ANSWERS };
  logs = new LogsService({
    writer: asked("writer"),
    reader: asked("reader"),
    recording: {
      flush: async () => void done.push("flush"),
      state: async () => {
        throw new GatewayError("internal");
      },
      levels: () => [],
      setLevel: note("setLevel"),
      uncap: note("uncap"),
      cap: note("cap"),
      tryAgain: async () => void done.push("try again"),
      clear: async (filter) => {
        done.push(`clear ${filter}`);
        return { rows: 2 };
      },
    },
    settings: () => ({ logLevel: "full" }),
    ownName: "app",
    profiles: {
      list: () => [],
      callTool: async (profile, name, args) => {
        done.push(`call ${profile} ${name} ${JSON.stringify(args)}`);
        return { result: { content: [] }, durationMs: 1 };
      },
    },
    engine: { entries: () => [] },
    address: () => "http://127.0.0.1:4444",
    redact: (text) => text.replaceAll("secret-word", "[removed: secret]"),
    events: { publish: ({ type }) => void events.push(type) },
    now: () => 5000,
  });
});

test("what is read has in it what was recorded before, and a filter that counts from now", async () => {
  await logs.count({ filter: "status:error" });
  expect(done).toEqual(["flush", 'reader count {"filter":"status:error","now":5000}']);
});

test("a filter that cannot be understood is refused before anything is done", async () => {
  const query = { filter: "profile:dev colour:red", limit: 10 };
  const refused = expect.objectContaining({
    code: "log_query_invalid",
    params: { part: "colour", detail: expect.any(String) },
  });
  expect(() => logs.list(query)).toThrow(refused);
  expect(() => logs.follow(query.filter, undefined)).toThrow(refused);
  for (const attempt of [
    () => logs.clear(query.filter),
    () => logs.export({ filter: query.filter, format: "jsonl", contents: false }),
  ]) {
    await expect(attempt()).rejects.toEqual(refused);
  }
  expect(done).toEqual([]);
});

test("a page is asked for in one way", () => {
  const two = () => logs.list({ filter: "", limit: 10, before: 5, index: 0 });
  expect(two).toThrow(expect.objectContaining({ code: "validation_failed" }));
});

test("a level is of a profile or of a server", () => {
  const both: LogLevelChoice = { profile: "dev", server: "files", level: "off" };
  for (const change of [both, { level: "off" } as const]) {
    expect(() => logs.setLevel(change)).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  }
  expect(done).toEqual([]);
  logs.setLevel({ server: "files", level: "off" });
  expect(done).toEqual(['setLevel {"server":"files","level":"off"}']);
  expect(events).toEqual(["logs.changed"]);
});

test("what is dismissed is written without the secrets in it", async () => {
  await logs.dismiss("dead_session:secret-word");
  expect(done).toEqual(['writer dismiss {"finding":"dead_session:[removed: secret]","at":5000}']);
});

test("a call is made again once, and its row is the one that began when it did", async () => {
  const replayed = await logs.replay({ id: 7 }, undefined);
  expect(replayed).toMatchObject({ result: { content: [] }, log: 42 });
  expect(done.filter((step) => step.startsWith("call"))).toEqual([
    'call dev search {"query":"disk"}',
  ]);
  expect(done.at(-1)).toContain('"after":40');
  // Others may call the same tool at that moment.
  expect(done.at(-1)).toContain(" client:app");
});

test("what was removed is told of to whoever follows, and to whoever shows how much there is", async () => {
  answers["news"] = { rows: [], added: 0, changed: [], removed: false, last: 0 };
  const news = logs.follow("", undefined);
  await news.next();
  expect(await logs.clear("server:files")).toEqual({ rows: 2 });
  expect((await news.next()).value).toMatchObject({ removed: true });
  expect(done.indexOf("flush")).toBeLessThan(done.indexOf("clear server:files"));
  expect(events).toEqual(["logs.changed"]);
  logs.close();
});

test("what is not there is said to be not there", async () => {
  answers["row"] = null;
  await expect(logs.mark({ id: 7, pinned: true })).rejects.toMatchObject({ code: "log_not_found" });
});
