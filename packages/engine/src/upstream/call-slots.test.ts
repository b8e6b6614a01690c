import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RpcRequest, RpcResponse } from "../jsonrpc.ts";
import type { UpstreamCall } from "./call.ts";
import { CallSlots } from "./call-slots.ts";
import { callOf, failed } from "./test-kit.ts";

const WAIT_MS = 10_000;
const settle = () => vi.advanceTimersByTimeAsync(0);
const QUESTION: RpcRequest = { jsonrpc: "2.0", id: 1, method: "elicitation/create" };
const ANSWER: RpcResponse = { jsonrpc: "2.0", id: 1, result: {} };

/** Slots with calls that end when the test says so. */
function slots(limit: number) {
  let now = limit;
  const kept = new CallSlots({ serverName: () => "one", limit: () => now, waitMs: () => WAIT_MS });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const lent = new Map<string, UpstreamCall>();
  const run = (name: string, call: UpstreamCall = callOf(null).call) =>
    kept.run(call, (own) => {
      begun.push(name);
      lent.set(name, own);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  return {
    kept,
    begun,
    run,
    end: async (name: string) => {
      ends.get(name)?.();
      await settle();
    },
    /** What the connection does when the server asks during this call. */
    ask: (name: string) => lent.get(name)?.onRequest(QUESTION, new AbortController().signal),
    setLimit: (next: number) => void (now = next),
  };
}

/** A call whose client answers one question after another when the test says so. */
function asked() {
  const open: (() => void)[] = [];
  const { call } = callOf(null, () => new Promise((resolve) => open.push(() => resolve(ANSWER))));
  return {
    call,
    answer: async () => {
      open.shift()?.();
      await settle();
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("calls at one server", () => {
  it("run at the same time up to the limit; the others follow in the order they came", async () => {
    const { run, end, begun, kept } = slots(2);
    const calls = ["a", "b", "c", "d", "e"].map((name) => run(name));
    await settle();
    expect(begun).toEqual(["a", "b"]);
    expect(kept.open).toBe(5);
    await end("b");
    expect(begun).toEqual(["a", "b", "c"]);
    await end("a");
    await end("c");
    expect(begun).toEqual(["a", "b", "c", "d", "e"]);
    await end("d");
    await end("e");
    expect(await Promise.all(calls)).toEqual(["a", "b", "c", "d", "e"]);
    expect(kept.open).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("do not overtake those that wait, also when more of them may run by now", async () => {
    const { run, end, begun, setLimit } = slots(1);
    for (const name of ["a", "b", "c"]) void run(name);
    setLimit(3);
    void run("d");
    await settle();
    expect(begun).toEqual(["a"]);
    await end("a");
    expect(begun).toEqual(["a", "b", "c", "d"]);
    for (const name of ["b", "c", "d"]) await end(name);
  });

  it("leave the queue when they are cancelled, and when they have waited too long", async () => {
    const { run, end, begun, kept } = slots(1);
    const first = run("a");
    const controller = new AbortController();
    const { call } = callOf(null);
    const cancelled = failed(run("b", { ...call, signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(1);
    const late = failed(run("c"));
    controller.abort();
    expect(await cancelled).toMatchObject({ code: "request_cancelled" });
    const gone = await failed(run("d", { ...call, signal: controller.signal }));
    expect(gone).toMatchObject({ code: "request_cancelled" });
    await vi.advanceTimersByTimeAsync(WAIT_MS - 1);
    expect(kept.open).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await late).toMatchObject({
      code: "server_busy",
      message: expect.stringMatching(
        /“one” is busy: it is given 1 at a time.*waited 10 s.*not sent/,
      ),
    });
    await end("a");
    await first;
    const next = run("e");
    await settle();
    expect(begun).toEqual(["a", "e"]);
    await end("e");
    await next;
    expect(kept.open).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("let another one run while their client is asked, and go on without waiting", async () => {
    const { run, end, begun, ask, kept } = slots(1);
    const person = asked();
    void run("a", person.call);
    void run("b");
    void run("c");
    await settle();
    expect(begun).toEqual(["a"]);
    void ask("a");
    void ask("a");
    await settle();
    expect(begun).toEqual(["a", "b"]);
    void run("d");
    await person.answer();
    await person.answer();
    // Both of them work now, so it takes both to make room for the next.
    await end("b");
    expect(begun).toEqual(["a", "b"]);
    await end("a");
    expect(begun).toEqual(["a", "b", "c"]);
    await end("c");
    await end("d");
    expect(kept.open).toBe(0);
  });

  it("let another one run for as long as one question is open", async () => {
    const { run, end, begun, ask } = slots(1);
    const person = asked();
    void run("a", person.call);
    void ask("a");
    void ask("a");
    await person.answer();
    void run("b");
    await settle();
    expect(begun).toEqual(["a", "b"]);
    await end("a");
    await end("b");
  });

  it("keep no place, and give none twice, when they end while their client is asked", async () => {
    const { run, end, begun, ask } = slots(1);
    const person = asked();
    const first = run("a", person.call);
    const question = ask("a");
    await end("a");
    await first;
    void run("b");
    void run("c");
    await settle();
    expect(begun).toEqual(["a", "b"]);
    await person.answer();
    await question;
    await end("b");
    expect(begun).toEqual(["a", "b", "c"]);
    await end("c");
  });

  it("give their place back when they fail", async () => {
    const { kept, run, end } = slots(1);
    const broken = kept.run(callOf(null).call, () => Promise.reject(new Error("broken")));
    expect(await failed(broken)).toMatchObject({ message: "broken" });
    const next = run("a");
    await end("a");
    expect(await next).toBe("a");
  });
});
