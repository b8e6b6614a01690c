import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionRecord } from "../definitions.ts";
import { type RpcMessage, type RpcNotification, resultOf } from "../jsonrpc.ts";
import { NO_TRACE } from "../trace.ts";
import { EventStream } from "./event-stream.ts";
import { UnreadResponse } from "./response.fixture.ts";
import { allowsBatch, Session } from "./session.ts";

const NEVER = new AbortController().signal;
const change = (name: string): RpcNotification => ({
  jsonrpc: "2.0",
  method: `notifications/${name}/list_changed`,
});
const log = (level: unknown): RpcNotification => ({
  jsonrpc: "2.0",
  method: "notifications/message",
  params: { level },
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sessionOf = (changes: Partial<SessionRecord> = {}): Session =>
  new Session({
    sessionId: "s",
    profileId: "p",
    tokenId: "t",
    protocolVersion: "2025-11-25",
    clientInfo: { name: "c" },
    capabilities: {},
    logLevel: null,
    subscriptions: [],
    createdAt: 0,
    lastSeenAt: 0,
    ...changes,
  });

function attached(session: Session): UnreadResponse {
  const response = new UnreadResponse();
  session.attach(new EventStream(response, {}));
  return response;
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const thrown: unknown = await work.catch((error: unknown) => error);
  return thrown instanceof GatewayError ? thrown.code : thrown;
};

describe("what comes unasked", () => {
  it("waits for the first reader", () => {
    const session = sessionOf();
    session.notify(change("tools"));
    session.notify(change("prompts"));
    expect(attached(session).messages).toEqual([change("tools"), change("prompts")]);
  });

  it("goes to the newest open stream, and to an older one when that is closed", () => {
    const session = sessionOf();
    const [older, newer] = [attached(session), attached(session)];
    session.notify(change("tools"));
    newer.leave();
    session.notify(change("prompts"));
    expect([older.messages, newer.messages]).toEqual([[change("prompts")], [change("tools")]]);
  });

  it("is told to a client that comes back, after the event it has seen last", () => {
    const session = sessionOf();
    const lost = attached(session);
    session.notify(change("tools"));
    lost.leave();
    session.notify(change("prompts"));
    const back = new UnreadResponse();
    expect(session.resume(new EventStream(back, {}), lost.ids.at(-1) ?? "")).toBe(true);
    session.notify(change("resources"));
    expect(back.messages).toEqual([change("prompts"), change("resources")]);
  });

  it("does not go to a stream that was replaced, which nobody can come back to", () => {
    const session = sessionOf();
    const lost = attached(session);
    session.notify(change("tools"));
    lost.leave();
    attached(session);
    const late = new UnreadResponse();
    expect(session.resume(new EventStream(late, {}), lost.ids.at(-1) ?? "")).toBe(false);
  });

  it("is as severe as the client wants it, and of any level nobody knows", () => {
    const session = sessionOf({ logLevel: "warning" });
    const levels = ["debug", "notice", "warning", "emergency", "loud", undefined];
    expect(levels.filter((level) => session.wants(log(level)))).toEqual([
      "warning",
      "emergency",
      "loud",
      undefined,
    ]);
    const response = attached(session);
    for (const level of levels.slice(0, 4)) session.notify(log(level));
    expect(response.messages).toEqual([log("warning"), log("emergency")]);
    session.change({ logLevel: null });
    expect(session.wants(log("debug"))).toBe(true);
  });

  it("begins with an id for clients of the newest version alone", () => {
    expect(attached(sessionOf()).text).toMatch(/id: .+\ndata: \n\n$/);
    expect(attached(sessionOf({ protocolVersion: "2025-06-18" })).text).toBe("");
    const versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
    const batching = versions.filter((protocolVersion) =>
      allowsBatch(sessionOf({ protocolVersion })),
    );
    expect(batching).toEqual(["2025-03-26"]);
  });
});

describe("a request of the client", () => {
  it("is the only one under its id, until it ends", () => {
    const session = sessionOf();
    const signal = session.begin(1, NO_TRACE);
    expect([session.isRunning(1), session.isRunning("1")]).toEqual([true, false]);
    expect(session.begin("1", NO_TRACE).aborted).toBe(false);
    expect(session.traceOf(1)).toBe(NO_TRACE);
    session.cancel(1);
    expect(signal.aborted).toBe(true);
    session.finish(1);
    session.finish("1");
    expect([session.busy, session.traceOf(1)]).toEqual([false, undefined]);
    expect(session.begin(1, NO_TRACE).aborted).toBe(false);
  });
});

describe("a question to the client", () => {
  it("does not keep a session alive whose client has gone", async () => {
    const session = sessionOf();
    session.begin(1, NO_TRACE);
    expect(session.busy).toBe(true);
    const response = attached(session);
    const asking = session.ask("roots/list", {}, NEVER);
    expect(session.busy).toBe(true);
    response.leave();
    expect(session.busy).toBe(false);
    session.end();
    expect(await codeOf(asking)).toBe("request_cancelled");
  });

  it("has an id of its own and takes the answer to that", async () => {
    const session = sessionOf();
    const response = attached(session);
    const answers = [
      session.ask("roots/list", undefined, NEVER),
      session.ask("elicitation/create", { message: "?" }, NEVER),
    ];
    const asked = response.messages.map((message) => Object(message));
    expect(asked).toMatchObject([
      { method: "roots/list" },
      { method: "elicitation/create", params: { message: "?" } },
    ]);
    expect(asked[0]).not.toHaveProperty("params");
    session.onResponse(resultOf("nobody's", {}));
    session.onResponse(resultOf(asked[1].id, { two: 2 }));
    session.onResponse(resultOf(asked[0].id, { one: 1 }));
    // A second answer to the same question is nobody's any more.
    session.onResponse(resultOf(asked[0].id, { one: "again" }));
    expect(await Promise.all(answers)).toMatchObject([
      { result: { one: 1 } },
      { result: { two: 2 } },
    ]);
  });

  it("is not asked where no stream is open", async () => {
    const session = sessionOf();
    attached(session).leave();
    expect(await codeOf(session.ask("roots/list", {}, NEVER))).toBe("client_cannot_be_asked");
  });

  it("is taken back where the answer is not needed any more", async () => {
    const session = sessionOf();
    const sent: RpcMessage[] = [];
    const send = (message: RpcMessage): boolean => sent.push(message) > 0;
    const over = new AbortController();
    const asking = session.askOver(send, "roots/list", {}, over.signal);
    over.abort();
    expect(await codeOf(asking)).toBe("request_cancelled");
    const [question] = sent;
    expect(sent[1]).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: question?.id },
    });
    session.onResponse(resultOf(String(question?.id), {}));
    expect(await codeOf(session.askOver(send, "roots/list", {}, over.signal))).toBe(
      "request_cancelled",
    );
    expect(sent).toHaveLength(2);
  });

  it("ends with the session, as do its requests and streams", async () => {
    const session = sessionOf();
    const response = attached(session);
    const signal = session.begin(1, NO_TRACE);
    const asking = session.ask("roots/list", {}, NEVER);
    session.end();
    expect(await codeOf(asking)).toBe("request_cancelled");
    expect([signal.aborted, response.writableEnded]).toEqual([true, true]);
    expect(await codeOf(session.ask("roots/list", {}, NEVER))).toBe("request_cancelled");
    response.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});
