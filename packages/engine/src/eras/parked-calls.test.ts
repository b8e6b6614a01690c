import { GatewayError } from "@local-mcp/contract";
import { describe, expect, it, vi } from "vitest";
import { ParkedCalls } from "./parked-calls.ts";
import {
  ACCEPTED,
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

describe("a call that asks nothing", () => {
  it("ends as it does, and leaves nothing behind", async () => {
    const calls = new ParkedCalls();
    const { caller } = request();
    const turn = await calls.start(caller, OWNER, async () => done(1));
    expect(turn).toEqual({ kind: "answered", answer: done(1) });
    const failing = calls.start(caller, OWNER, () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe("a call that asks", () => {
  it("goes on with each answer, and gives every state once", async () => {
    const calls = new ParkedCalls();
    const first = await calls.start(request().caller, OWNER, asking(2));
    expect(calls.size).toBe(1);
    const second = await calls.resume(request().caller, OWNER, answersTo(first));
    expect(stateOf(second).requestState).not.toBe(stateOf(first).requestState);
    const again = calls.resume(request().caller, OWNER, answersTo(first));
    expect(await codeOf(again)).toBe("request_state_expired");
    const last = await calls.resume(request().caller, OWNER, answersTo(second));
    expect(last).toEqual({ kind: "answered", answer: done([ACCEPTED, ACCEPTED]) });
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("goes on with one of two answers that come at the same time", async () => {
    const calls = new ParkedCalls();
    const turn = await calls.start(request().caller, OWNER, asking(1));
    const one = calls.resume(request().caller, OWNER, answersTo(turn));
    const two = calls.resume(request().caller, OWNER, answersTo(turn));
    expect(await codeOf(two)).toBe("request_state_expired");
    expect(await one).toMatchObject({ kind: "answered" });
  });

  it("hands out together what is asked together, and keeps what is not answered", async () => {
    const calls = new ParkedCalls();
    const turn = await calls.start(request().caller, OWNER, async (caller) => {
      const asked = ["one", "two"].map((message) =>
        caller.ask("elicitation/create", { message }, caller.signal),
      );
      return done((await Promise.all(asked)).map(({ result }) => result));
    });
    const { requestState, keys, asked } = stateOf(turn);
    expect(Object.values(asked)).toMatchObject([
      { params: { message: "one" } },
      { params: { message: "two" } },
    ]);
    const [one = ""] = keys;
    const rest = await calls.resume(request().caller, OWNER, {
      requestState,
      inputResponses: { [one]: ACCEPTED },
    });
    expect(stateOf(rest).keys).toEqual(keys.slice(1));
    const last = await calls.resume(request().caller, OWNER, answersTo(rest));
    expect(last).toMatchObject({ kind: "answered" });
  });

  it("is spoken to by the request that is open, under the token of that one", async () => {
    const calls = new ParkedCalls();
    const [first, second] = [request("a"), request("b")];
    const tokens: unknown[] = [];
    let whileParked = (): void => {};
    const turn = await calls.start(first.caller, OWNER, async (caller) => {
      const tell = (): void => {
        tokens.push(caller.progressToken());
        caller.notify({ jsonrpc: "2.0", method: "notifications/progress" });
      };
      whileParked = tell;
      tell();
      await caller.ask("roots/list", undefined, NEVER);
      tell();
      return done(null);
    });
    whileParked();
    const { requestState, keys } = stateOf(turn);
    const inputResponses = { [keys[0] ?? ""]: { roots: [] } };
    await calls.resume(second.caller, OWNER, { requestState, inputResponses });
    expect(tokens).toEqual(["a", undefined, "b"]);
    expect([first.heard.length, second.heard.length]).toEqual([1, 1]);
  });

  it("is told on its return what happened while nobody waited", async () => {
    const calls = new ParkedCalls();
    let fail = (): void => {};
    const turn = await calls.start(
      request().caller,
      OWNER,
      (caller) =>
        new Promise((_, reject) => {
          caller.ask("roots/list", undefined, caller.signal).catch(() => {});
          fail = () => reject(new GatewayError("internal"));
        }),
    );
    fail();
    const { requestState } = stateOf(turn);
    const back = calls.resume(request().caller, OWNER, { requestState, inputResponses: {} });
    expect(await codeOf(back)).toBe("internal");
    expect([calls.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("goes on by itself where the server takes its question back", async () => {
    const calls = new ParkedCalls();
    const takenBack = new AbortController();
    const turn = await calls.start(request().caller, OWNER, async (caller) => {
      await caller.ask("roots/list", undefined, takenBack.signal).catch(() => {});
      return done("without");
    });
    takenBack.abort();
    const { requestState } = stateOf(turn);
    const inputResponses = { "question-1": { roots: [] } };
    const back = await calls.resume(request().caller, OWNER, { requestState, inputResponses });
    expect(back).toEqual({ kind: "answered", answer: done("without") });
  });

  it.each([
    ["elicitation/create", { action: "perhaps" }],
    ["elicitation/create", 7],
    ["sampling/createMessage", { role: "user" }],
    ["roots/list", { roots: {} }],
  ])("stays as it is where the answer to %s is %j", async (method, wrong) => {
    const calls = new ParkedCalls();
    const turn = await calls.start(request().caller, OWNER, async (caller) =>
      done(await caller.ask(method, {}, caller.signal)),
    );
    const { requestState, keys } = stateOf(turn);
    const inputResponses = { [keys[0] ?? ""]: wrong };
    const back = calls.resume(request().caller, OWNER, { requestState, inputResponses });
    expect(await codeOf(back)).toBe("input_response_unusable");
    const asked = await calls.resume(request().caller, OWNER, { requestState, inputResponses: {} });
    expect(stateOf(asked).keys).toEqual(keys);
    calls.close();
  });
});

describe("a state", () => {
  it.each([
    ["another profile", { profileId: "q" }],
    ["another token", { tokenId: "u" }],
    ["no token", { tokenId: null }],
    ["another method", { method: "prompts/get" }],
    ["another tool", { params: { ...OWNER.params, name: "other" } }],
    ["other arguments", { params: { ...OWNER.params, arguments: { a: 2 } } }],
  ])("opens nothing for %s", async (_, change) => {
    const calls = new ParkedCalls();
    const turn = await calls.start(request().caller, OWNER, asking(1));
    const theirs = calls.resume(request().caller, { ...OWNER, ...change }, answersTo(turn));
    expect(await codeOf(theirs)).toBe("request_state_expired");
    const mine = await calls.resume(request().caller, OWNER, answersTo(turn));
    expect(mine).toMatchObject({ kind: "answered" });
  });

  it("that is not ours is left to the server", async () => {
    const calls = new ParkedCalls();
    const turn = await calls.start(request().caller, OWNER, asking(1));
    const { requestState } = stateOf(turn);
    const others = new ParkedCalls();
    const changed = requestState.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    for (const [where, state] of [
      [calls, changed],
      [calls, "server's own"],
      [others, requestState],
    ] as const) {
      const answers = { requestState: state, inputResponses: {} };
      expect(await where.resume(request().caller, OWNER, answers)).toBeNull();
    }
    calls.close();
  });
});
