import { describe, expect, it } from "vitest";
import {
  HOSTILE_HTTP_TOOL,
  type HostileHttpMode,
  startHostileHttp,
} from "../fixtures/hostile-http.ts";
import { afterTest, call, fixtureFile, names } from "../fixtures/test-support.ts";
import { fixture, hostile, serve, type ServerConfig, until } from "./test-gateway.ts";

const MEGABYTE = 1024 * 1024;
/** What the gateway, in the process of this test, may grow by, bytes: a message of 32 MB some times over. */
const MAX_GROWTH = 500 * MEGABYTE;
const GOOD_CALLS = 30;
const BAD_CALLS = 3;

const flooding = (mode: string): ServerConfig => ({
  transport: "stdio",
  command: process.execPath,
  args: [fixtureFile("flooding-stdio.ts"), mode],
});

interface Expected {
  /** What every call of the bad server is answered with. */
  answers: RegExp;
  state?: string;
  flags?: string[];
  /** How long a call may take until it has failed, ms. */
  callTimeoutMs?: number;
  tool?: string;
}

/** Runs a bad server beside a good one while both are called, and checks all that must hold. */
async function beside(bad: ServerConfig, expected: Expected) {
  const good = fixture("--name", "good", "--tool-prefix", "good_");
  const { tool = "echo", callTimeoutMs = 60_000, state = "ready", flags = [] } = expected;
  const { api, client } = await serve({ good, bad });
  await api.servers.update({ server: "bad", changes: { limits: { callTimeoutMs } } });
  await until(
    () => client.request("tools/list"),
    (list) => names(list).includes("good_echo") && names(list).includes(tool),
  );
  const before = process.memoryUsage().rss;

  const wrong: string[] = [];
  const badAreDone = new AbortController();
  const goodCalls = async (): Promise<void> => {
    for (let done = 0; done < GOOD_CALLS || !badAreDone.signal.aborted; done += 1) {
      const message = `message ${done}`;
      const answer = await client
        .request("tools/call", call("good_echo", { message }))
        .catch(String);
      if (!JSON.stringify(answer).includes(`Echo: ${message}`)) wrong.push(JSON.stringify(answer));
    }
  };
  const badCalls = async (): Promise<string[]> => {
    const answers: string[] = [];
    for (let at = 0; at < BAD_CALLS; at += 1) {
      const answer = await client
        .request("tools/call", call(tool, { message: "x" }))
        .catch((error: unknown) => String(error));
      answers.push(JSON.stringify(answer));
    }
    badAreDone.abort();
    return answers;
  };
  const [, answers] = await Promise.all([goodCalls(), badCalls()]);

  for (const answer of answers) expect(answer).toMatch(expected.answers);
  expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH);
  const { status } = await until(
    () => api.servers.get({ server: "bad" }),
    (server) => server.status.state === state,
  );
  expect(status.flags).toEqual(flags);
  expect((await api.servers.get({ server: "good" })).status).toMatchObject({
    state: "ready",
    flags: [],
  });
  return { wrong };
}

const ECHO = /Echo: x/;
const ANSWERED = /answered/;
const GONE = /did not answer|stopped while this request was running|cannot answer/;
const LATE = /did not answer|time limit|seconds/;

describe("a server over stdio that misbehaves costs only its own calls", () => {
  it.each<[string, ServerConfig, Expected]>([
    ["floods with messages", hostile("flood-messages"), { answers: ECHO }],
    [
      "floods with changes of its list",
      hostile("flood-messages", "notifications/tools/list_changed"),
      { answers: ECHO },
    ],
    ["floods with lines that are no messages", hostile("flood-garbage"), { answers: ECHO }],
    ["floods stderr", hostile("flood-stderr"), { answers: ECHO }],
    [
      "floods stderr without the end of a line",
      hostile("flood-stderr", "unbroken"),
      { answers: ECHO },
    ],
    ["writes NUL", hostile("nul"), { answers: ECHO }],
    ["answers with bytes that are no text", hostile("invalid-utf8"), { answers: /x/ }],
    ["answers a few bytes at a time", hostile("partial"), { answers: ECHO }],
    [
      "answers with 64 MB",
      hostile("huge", "64"),
      { answers: /64(\.\d)? MB; the limit is 32 MB/, flags: ["answer_too_big"] },
    ],
    ["answers nothing any more", hostile("closes-stdout"), { answers: GONE, callTimeoutMs: 500 }],
    ["answers deeper than a stack", flooding("deep-answer"), { answers: LATE, callTimeoutMs: 500 }],
    ["tells something deeper than a stack", flooding("deep-message"), { answers: ANSWERED }],
    ["begins and never ends", flooding("never-closed"), { answers: ANSWERED }],
    ["reports progress 20,000 times", flooding("progress"), { answers: ANSWERED }],
    ["sends 200,000 messages as one", flooding("batch"), { answers: ANSWERED }],
    ["answers what nobody asked", flooding("strangers"), { answers: ANSWERED }],
    ["asks 5,000 times", flooding("questions"), { answers: ANSWERED }],
    ["writes a line of 64 MB", flooding("big-garbage"), { answers: ANSWERED }],
    ["sends a message of 64 MB", flooding("big-message"), { answers: ANSWERED }],
    ["writes bytes around its answers", flooding("binary"), { answers: ANSWERED }],
  ])("%s", async (_, bad, expected) => {
    const { wrong } = await beside(bad, expected);
    expect(wrong).toEqual([]);
  });

  it("dies in the middle of an answer", async () => {
    const { wrong } = await beside(hostile("dies-mid-call", "half"), { answers: GONE });
    expect(wrong).toEqual([]);
  });

  it("never ends a line", async () => {
    const good = fixture("--name", "good", "--tool-prefix", "good_");
    const { client, api } = await serve(
      { good, bad: hostile("endless-line") },
      { startTimeoutMs: 1000 },
    );
    const { status } = await until(
      () => api.servers.get({ server: "bad" }),
      (server) => server.status.state === "retrying",
    );
    expect(status.reason?.message).toMatch(/did not answer within 1 s/);
    for (let at = 0; at < GOOD_CALLS; at += 1) {
      const answer = await client.request("tools/call", call("good_echo", { message: `m${at}` }));
      expect(JSON.stringify(answer)).toContain(`Echo: m${at}`);
    }
  });
});

describe("a server over HTTP that misbehaves costs only its own calls", () => {
  it.each<[HostileHttpMode, Expected]>([
    ["endless-stream", { answers: LATE, callTimeoutMs: 500 }],
    ["stream-after-answer", { answers: ANSWERED }],
    ["late-answer", { answers: ANSWERED }],
    ["endless-body", { answers: /more than 32 MB/, flags: ["answer_too_big"] }],
    ["big-event", { answers: /more than 32 MB/, flags: ["answer_too_big"] }],
    ["endless-line", { answers: /more than 32 MB/, flags: ["answer_too_big"] }],
    ["slow-body", { answers: LATE, callTimeoutMs: 500 }],
    ["silence", { answers: LATE, callTimeoutMs: 500 }],
    ["big-headers", { answers: /not available|cannot be reached|HPE_HEADER_OVERFLOW/ }],
    ["redirect", { answers: /redirects to/ }],
    ["reset", { answers: /not available|cannot be reached|broke|reset/ }],
    ["broken-chunks", { answers: /not available|cannot be reached|HPE/ }],
    ["no-http", { answers: /not available|cannot be reached|HPE/ }],
    ["gzip-bomb", { answers: /not MCP/ }],
    ["deep-answer", { answers: /not MCP/ }],
    ["big-batch", { answers: /not MCP/ }],
    ["standing-flood", { answers: ANSWERED }],
    ["endless-accepted", { answers: ANSWERED }],
  ])("%s", async (mode, expected) => {
    const server = await startHostileHttp(mode);
    afterTest(() => server.close());
    await beside({ transport: "http", url: server.url }, { ...expected, tool: HOSTILE_HTTP_TOOL });
    // Nothing of it is repeated, for it may have taken effect.
    expect(server.calls()).toBe(BAD_CALLS);
  });
});
