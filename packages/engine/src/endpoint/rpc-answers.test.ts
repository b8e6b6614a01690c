import { describe, expect, it } from "vitest";
import type { Answer } from "../router/caller.ts";
import { serialize, serializeInTurn } from "./rpc-answers.ts";

const request = { jsonrpc: "2.0", id: 7, method: "tools/call" } as const;
const saying = (text: string): Answer => ({
  kind: "response",
  response: { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text }] } },
});

/** Turns of others that have come before it is written down. */
const turnsBefore = async (answer: Answer): Promise<number> => {
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    if (isOver) return;
    turns += 1;
    setImmediate(others);
  };
  setImmediate(others);
  const text = await serializeInTurn(request, answer);
  isOver = true;
  expect(text).toBe(serialize(request, answer));
  return turns;
};

describe("an answer that is written down", () => {
  it("takes no turn of others to wait for where it is short", async () => {
    expect(await turnsBefore(saying("hi"))).toBe(0);
    expect(await turnsBefore({ kind: "json", result: "{}" })).toBe(0);
  });

  it("lets others have theirs before and after where it is long", async () => {
    expect(await turnsBefore(saying("x".repeat(2_000_000)))).toBeGreaterThanOrEqual(2);
    const many = Array.from({ length: 300_000 }, (_, at) => ({ at }));
    const response = { jsonrpc: "2.0", id: 1, result: { many } } as const;
    expect(await turnsBefore({ kind: "response", response })).toBeGreaterThanOrEqual(2);
    const result = JSON.stringify({ text: "x".repeat(2_000_000) });
    expect(await turnsBefore({ kind: "json", result })).toBeGreaterThanOrEqual(2);
  });
});
