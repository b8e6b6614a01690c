import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classify } from "./jsonrpc.ts";

const base = { jsonrpc: "2.0" };

describe("what a message is", () => {
  it.each([
    [{ ...base, id: 0, method: "ping" }, "request"],
    [{ ...base, id: "1", method: "ping", params: {}, extra: 1 }, "request"],
    [{ ...base, method: "notifications/x" }, "notification"],
    [{ ...base, id: 1, result: {} }, "response"],
    [{ ...base, id: 1, result: {}, error: null }, "response"],
    [{ ...base, id: null, error: { code: -32700, message: "x" } }, "response"],
    [{ ...base, id: 1.5, method: "ping" }, "malformed"],
    [{ ...base, id: null, method: "ping" }, "malformed"],
    [{ ...base, id: 1, method: "ping", params: [] }, "malformed"],
    [{ ...base, id: 1 }, "malformed"],
    [{ id: 1, method: "ping" }, "malformed"],
    [[], "malformed"],
    [null, "malformed"],
  ])("%j is a %s", (message, kind) => {
    expect(classify(message).kind).toBe(kind);
  });

  it("is told of any JSON value, which is left exactly as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const classified = classify(value);
        expect("message" in classified ? classified.message : value).toBe(value);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});
