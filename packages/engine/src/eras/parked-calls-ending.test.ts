import { describe, expect, it, vi } from "vitest";
import { ParkedCalls } from "./parked-calls.ts";
import {
  NEVER,
  OWNER,
  answersTo,
  asking,
  codeOf,
  done,
  holdTimeouts,
  request,
  stateOf,
} from "./parked-calls.fixture.ts";

holdTimeouts();

describe("a call that is waited for in vain", () => {
  it("is cancelled at the server when its time is over", async () => {
    const calls = new ParkedCalls({ ttlMs: 1000 });
    let signal: AbortSignal = NEVER;
    const turn = await calls.start(request().caller, OWNER, (caller) => {
      ({ signal } = caller);
      return asking(1)(caller);
    });
    vi.advanceTimersByTime(999);
    expect([signal.aborted, calls.size]).toEqual([false, 1]);
    vi.advanceTimersByTime(1);
    expect([signal.aborted, calls.size]).toEqual([true, 0]);
    const late = calls.resume(request().caller, OWNER, answersTo(turn));
    expect(await codeOf(late)).toBe("request_state_expired");
  });

  it("is cancelled when its client leaves, in the very moment it is asked too", async () => {
    const calls = new ParkedCalls();
    const early = request();
    const asked = calls.start(early.caller, OWNER, async (caller) => {
      // After the question was put, before it is handed out.
      setImmediate(() => early.leave.abort());
      return done(await caller.ask("roots/list", {}, NEVER));
    });
    expect(await codeOf(asked)).toBe("request_cancelled");
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);

    const turn = await calls.start(request().caller, OWNER, asking(2));
    const second = request();
    second.leave.abort();
    const left = calls.resume(second.caller, OWNER, answersTo(turn));
    expect(await codeOf(left)).toBe("request_cancelled");
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("is cancelled when the gateway closes", async () => {
    const calls = new ParkedCalls();
    const signals: AbortSignal[] = [];
    for (let count = 0; count < 3; count += 1) {
      await calls.start(request().caller, OWNER, (caller) => {
        signals.push(caller.signal);
        return asking(1)(caller);
      });
    }
    calls.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("is cancelled when its token is revoked, and no other", async () => {
    const calls = new ParkedCalls();
    const signals: AbortSignal[] = [];
    for (const tokenId of ["t", "u", null]) {
      await calls.start(request().caller, { ...OWNER, tokenId }, (caller) => {
        signals.push(caller.signal);
        return asking(1)(caller);
      });
    }
    calls.endOfToken("t");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false]);
    calls.close();
  });

  it("does not let the number of them grow without bound", async () => {
    const calls = new ParkedCalls({ max: 2 });
    const turns = [
      await calls.start(request().caller, OWNER, asking(2)),
      await calls.start(request().caller, OWNER, asking(1)),
    ];
    const third = calls.start(request().caller, OWNER, asking(1));
    expect(await codeOf(third)).toBe("too_many_waiting");
    // One that is known already may ask again.
    const more = await calls.resume(request().caller, OWNER, answersTo(turns[0] ?? null));
    expect(stateOf(more).keys).toEqual(["question-2"]);
    calls.close();
  });
});
