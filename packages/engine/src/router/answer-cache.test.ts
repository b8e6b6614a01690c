import { beforeEach, describe, expect, it } from "vitest";
import { errorOf, resultOf } from "../jsonrpc.ts";
import { AnswerCache } from "./answer-cache.ts";

const PUBLIC = { resultType: "complete", ttlMs: 1000, cacheScope: "public" };

let now = 0;
let cache: AnswerCache;
beforeEach(() => {
  now = 1_800_000_000_000;
  cache = new AnswerCache(() => now);
});

const keep = (uri: string, result: object = {}, serverId = "one"): void => {
  cache.keeper(serverId, uri)(resultOf(1, { ...PUBLIC, contents: [], ...result }));
};

describe("answers that may be shown to anybody", () => {
  it("are found for as long as their server said, and say how old they are", () => {
    keep("a://1");
    now += 400;
    expect(cache.find("one", "a://1")).toEqual({
      ...PUBLIC,
      contents: [],
      ttlMs: 600,
      _meta: { "local-mcp-gateway/cache": { ageMs: 400 } },
    });
    now += 600;
    expect(cache.find("one", "a://1")).toBeNull();
    expect(cache.find("two", "a://1")).toBeNull();
  });

  it.each([
    { cacheScope: "private" },
    { cacheScope: undefined },
    { ttlMs: 0 },
    { ttlMs: -1 },
    { ttlMs: "1000" },
    { ttlMs: undefined },
    { resultType: "input_required" },
    { contents: [{ text: "x".repeat(1024 * 1024) }] },
  ])("are no others: %o", (unlike) => {
    keep("a://1", unlike);
    expect(cache.find("one", "a://1")).toBeNull();
  });

  it("are no errors", () => {
    cache.keeper("one", "a://1")(errorOf(1, -32_603, "It failed."));
    expect(cache.find("one", "a://1")).toBeNull();
  });

  it("go when their server says that they, or a part of them, changed", () => {
    keep("a://dir/");
    keep("a://dir/1");
    keep("a://other");
    keep("a://dir/1", {}, "two");
    cache.forget("one", "a://dir/1");
    expect(cache.find("one", "a://dir/1")).toBeNull();
    expect(cache.find("one", "a://dir/")).toBeNull();
    expect(cache.find("one", "a://other")).not.toBeNull();
    cache.forget("one");
    expect(cache.find("one", "a://other")).toBeNull();
    expect(cache.find("two", "a://dir/1")).not.toBeNull();
  });

  it("are not kept where the server changed while it was asked", () => {
    const keepLate = cache.keeper("one", "a://1");
    cache.forget("one", "a://1");
    keepLate(resultOf(1, { ...PUBLIC, contents: [] }));
    expect(cache.find("one", "a://1")).toBeNull();
  });

  it("take no more than they may: the one that was used longest ago goes first", () => {
    const text = "x".repeat(1_000_000);
    for (let index = 0; index < 8; index += 1) keep(`a://${index}`, { contents: [{ text }] });
    cache.find("one", "a://0");
    keep("a://8", { contents: [{ text }] });
    expect(cache.find("one", "a://0")).not.toBeNull();
    expect(cache.find("one", "a://1")).toBeNull();
    expect(cache.find("one", "a://8")).not.toBeNull();
  });

  it("are copies", () => {
    keep("a://1", { contents: [{ text: "as it was" }] });
    Object.assign(cache.find("one", "a://1") ?? {}, { contents: [] });
    expect(cache.find("one", "a://1")).toMatchObject({ contents: [{ text: "as it was" }] });
  });
});
