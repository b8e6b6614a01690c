import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RpcNotification } from "../jsonrpc.ts";
import { AnswerWriter, type AnswerWriterOptions } from "./answer-writer.ts";
import { BatchReply } from "./batch.ts";
import { EventLog } from "./event-log.ts";
import { EventStream } from "./event-stream.ts";
import { UnreadResponse } from "./response.fixture.ts";

const NOTE: RpcNotification = { jsonrpc: "2.0", method: "notifications/x" };
const MIB = 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function writer(options: Partial<AnswerWriterOptions> = {}) {
  const response = new UnreadResponse();
  const answers = new AnswerWriter(response, {
    mayStream: true,
    headers: { "x-a": "1" },
    ...options,
  });
  return { response, answers };
}

describe("the answer to one request", () => {
  it("is plain JSON where nothing precedes it, with the status it has", () => {
    const { response, answers } = writer();
    answers.finish('{"é":1}', 404);
    answers.finish("{}", 200);
    expect(response).toMatchObject({
      status: 404,
      text: '{"é":1}',
      headers: { "x-a": "1", "content-type": "application/json", "content-length": 8 },
      writableEnded: true,
    });
    expect(answers.send(NOTE)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("comes on a stream where something precedes it, or where it takes its time", () => {
    const { response, answers } = writer();
    expect(answers.send(NOTE)).toBe(true);
    answers.finish('{"id":1}', 500);
    expect(response).toMatchObject({ status: 200, messages: [NOTE, { id: 1 }] });
    response.leave();

    const slow = writer();
    vi.advanceTimersByTime(14_999);
    expect(slow.response.headersSent).toBe(false);
    vi.advanceTimersByTime(1);
    expect(slow.response.headers).toMatchObject({ "content-type": "text/event-stream" });
    slow.answers.finish('{"id":2}');
    expect(slow.response.messages).toEqual([{ id: 2 }]);
    slow.response.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits, with nothing before it, for a client that takes no stream", () => {
    const { response, answers } = writer({ mayStream: false });
    expect(answers.send(NOTE)).toBe(false);
    vi.advanceTimersByTime(60_000);
    answers.finish('{"id":1}');
    expect(response).toMatchObject({ status: 200, text: '{"id":1}' });
  });

  it("is written to nobody where the client has gone, and kept where it can come back", () => {
    const gone = writer();
    gone.response.leave();
    expect(gone.answers.send(NOTE)).toBe(false);
    gone.answers.finish("{}");
    expect(gone.response.text).toBe("");

    const log = new EventLog();
    const { response, answers } = writer({ log, primes: true });
    expect(answers.send(NOTE)).toBe(true);
    response.leave();
    expect(answers.send(NOTE)).toBe(true);
    answers.finish('{"id":1}');
    const found = log.find(response.ids.at(-1) ?? "");
    const back = new UnreadResponse();
    found?.stream.attach(new EventStream(back, {}), found.sequence);
    expect(back.messages).toEqual([NOTE, { id: 1 }]);
    expect(back.writableEnded).toBe(true);
    back.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("can be left for a while by clients that know how", () => {
    const log = new EventLog();
    const { response, answers } = writer({ log, primes: true });
    answers.pause(700);
    expect(response.text).toContain("retry: 700\ndata: \n");
    expect(response.writableEnded).toBe(true);
    answers.finish('{"id":1}');
    expect(response.messages).toEqual([]);
    const older = writer({ log });
    older.answers.pause(700);
    expect(older.response.headersSent).toBe(false);
    older.answers.finish("{}");
  });

  it("is none where the request was cancelled, if there is a way to say so", () => {
    const streaming = writer();
    streaming.answers.finishWithout('{"error":1}');
    expect(streaming.response).toMatchObject({ status: 200, messages: [], writableEnded: true });
    const plain = writer({ mayStream: false });
    plain.answers.finishWithout('{"error":1}');
    expect(plain.response.text).toBe('{"error":1}');
  });
});

describe("a slow reader", () => {
  it("gets all of one message, however big, and the time for it", () => {
    const response = new UnreadResponse();
    const stream = new EventStream(response, {});
    stream.send({ data: JSON.stringify("x".repeat(12 * MIB)) });
    vi.advanceTimersByTime(10 * 60_000);
    expect([stream.open, response.messages.length]).toEqual([true, 1]);
    // Whoever leaves that much unread and is sent more is let go.
    stream.send({ data: "1" });
    expect(stream.open).toBe(false);
    response.emit("close");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gets the answer after whatever else it has not read", () => {
    const { response, answers } = writer();
    const big = { text: "x".repeat(5 * MIB) };
    answers.send({ jsonrpc: "2.0", method: "notifications/message", params: big });
    answers.finish('{"id":1}');
    expect(response.messages.at(-1)).toEqual({ id: 1 });
  });

  it("that has gone before its stream began leaves no timer behind", () => {
    const response = new UnreadResponse();
    response.leave();
    let isTold = false;
    new EventStream(response, {}).onceClosed(() => (isTold = true));
    expect([isTold, vi.getTimerCount()]).toEqual([true, 0]);
  });
});

describe("the answers of several requests", () => {
  const batch = (requests: number) => {
    const { response, answers } = writer();
    const reply = new BatchReply(answers, requests);
    return { response, parts: Array.from({ length: requests }, () => reply.part()) };
  };

  it("go out together, without those of cancelled ones", () => {
    const { response, parts } = batch(3);
    parts[2]?.finish('{"id":3}');
    parts[0]?.finishWithout('{"id":1}');
    expect(response.headersSent).toBe(false);
    parts[1]?.finish('{"id":2}');
    expect(response.text).toBe('[{"id":3},{"id":2}]');
  });

  it("are no list where all were cancelled", () => {
    const { response, parts } = batch(2);
    for (const part of parts) part.finishWithout('{"error":1}');
    expect(response).toMatchObject({ text: "", writableEnded: true });
    response.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});
