import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, vi } from "vitest";
import { type JsonObject, resultOf, type RpcNotification } from "../jsonrpc.ts";
import { NO_TRACE } from "../trace.ts";
import type { Answer, Caller } from "../router/caller.ts";
import type { Owner, Turn } from "./parked-calls.ts";

/** Time limits pass when a test says so. */
export function holdTimeouts(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export const OWNER: Owner = {
  profileId: "p",
  tokenId: "t",
  method: "tools/call",
  params: { name: "ask", arguments: { a: 1 } },
};
export const ACCEPTED = { action: "accept", content: {} };
export const NEVER = new AbortController().signal;

/** A request of a modern client. */
export function request(progressToken?: string) {
  const leave = new AbortController();
  const heard: RpcNotification[] = [];
  const caller: Caller = {
    era: "modern",
    client: null,
    signal: leave.signal,
    trace: NO_TRACE,
    progressToken: () => progressToken,
    notify: (notification) => heard.push(notification),
    ask: () => Promise.reject(new Error("a modern client is not asked by requests")),
    pause: () => {},
  };
  return { caller, heard, leave };
}

export const done = (value: unknown): Answer => ({
  kind: "response",
  response: resultOf(1, { value }),
});

/** A server that asks this often, one after the other, and answers with what it was told. */
export const asking =
  (times: number) =>
  async (caller: Caller): Promise<Answer> => {
    const told: unknown[] = [];
    for (let time = 0; time < times; time += 1) {
      const { result } = await caller.ask(
        "elicitation/create",
        { message: `${time}` },
        caller.signal,
      );
      told.push(result);
    }
    return done(told);
  };

export function stateOf(turn: Turn | null): {
  requestState: string;
  keys: string[];
  asked: JsonObject;
} {
  if (turn?.kind !== "input_required") throw new Error("nothing was asked");
  const { requestState, inputRequests } = turn.result;
  const asked = Object(inputRequests);
  return { requestState: String(requestState), keys: Object.keys(asked), asked };
}

export const answersTo = (turn: Turn | null) => {
  const { requestState, keys } = stateOf(turn);
  return {
    requestState,
    inputResponses: Object.fromEntries(keys.map((key) => [key, ACCEPTED])),
  };
};

export const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const thrown: unknown = await work.catch((error: unknown) => error);
  return thrown instanceof GatewayError ? thrown.code : thrown;
};
