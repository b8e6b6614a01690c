import { describe, expect, it } from "vitest";
import type { Era } from "../definitions.ts";
import { errorOf, isErrorResponse, resultOf } from "../jsonrpc.ts";
import { META } from "../protocol.ts";
import { translate } from "./translate.ts";

const serverInfo = { name: "gateway", version: "1" };
const across = (from: Era, to: Era, method = "tools/call") => ({ from, to, method, serverInfo });

describe("a result", () => {
  it("of a legacy server is complete to a modern client, and keeps all it has", () => {
    const result = { content: [], "x-vendor": 1, _meta: { "example.com/a": 1 } };
    expect(translate(resultOf(1, result), across("legacy", "modern"))).toEqual(
      resultOf(1, {
        ...result,
        resultType: "complete",
        _meta: { "example.com/a": 1, [META.serverInfo]: serverInfo },
      }),
    );
  });

  it("that may be kept says for how long, unless it asks for something", () => {
    const toModern = across("legacy", "modern", "resources/read");
    const read = translate(resultOf(1, { contents: [] }), toModern);
    expect(read).toMatchObject({ result: { ttlMs: 0, cacheScope: "private" } });
    const own = translate(resultOf(1, { ttlMs: 9, cacheScope: "public" }), {
      ...toModern,
      from: "modern",
    });
    expect(own).toMatchObject({ result: { ttlMs: 9, cacheScope: "public" } });
    const asks = translate(resultOf(1, { resultType: "input_required" }), toModern);
    expect(asks).not.toHaveProperty("result.ttlMs");
  });

  it("of a modern server looks to a legacy client as its own era does", () => {
    const modern = {
      resultType: "complete",
      content: [],
      ttlMs: 5,
      _meta: { [META.serverInfo]: { name: "far" }, "example.com/a": 1 },
    };
    expect(translate(resultOf(1, modern), across("modern", "legacy"))).toEqual(
      resultOf(1, { content: [], ttlMs: 5, _meta: { "example.com/a": 1 } }),
    );
    const read = { ...modern, cacheScope: "public", _meta: { [META.serverInfo]: {} } };
    expect(translate(resultOf(1, read), across("modern", "legacy", "resources/read"))).toEqual(
      resultOf(1, { content: [] }),
    );
  });

  it("within the legacy era is the very same", () => {
    const response = resultOf(1, { resultType: "x", ttlMs: 1 });
    expect(translate(response, across("legacy", "legacy"))).toBe(response);
  });
});

describe("an error", () => {
  it.each<[number, Era, Era, number]>([
    [-32002, "legacy", "modern", -32602],
    [-32042, "legacy", "modern", -32602],
    [-32000, "legacy", "modern", -32603],
    [-32001, "legacy", "modern", -32603],
    [-32601, "legacy", "modern", -32601],
    [12_345, "legacy", "modern", 12_345],
    [-32021, "modern", "legacy", -32602],
    [-32020, "modern", "legacy", -32603],
    [-32022, "modern", "legacy", -32603],
    [-32020, "modern", "modern", -32603],
    [-32022, "modern", "modern", -32603],
    [-32021, "modern", "modern", -32021],
    [-32002, "legacy", "legacy", -32002],
  ])("%i from %s to %s is %i, and says the same", (code, from, to, expected) => {
    const told = translate(errorOf(1, code, "why", { data: [1] }), across(from, to));
    expect(told).toEqual(errorOf(1, expected, "why", { data: [1] }));
    expect(isErrorResponse(told)).toBe(true);
  });
});
