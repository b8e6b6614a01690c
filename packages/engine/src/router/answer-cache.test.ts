import { beforeEach, describe, expect, it } from "vitest";
import { errorOf, resultOf } from "../jsonrpc.ts";
import { AnswerCache, type CacheLookup } from "./answer-cache.ts";
import { MemoryAnswers } from "./answer-store.ts";

const PUBLIC = { resultType: "complete", ttlMs: 1000, cacheScope: "public" };

let now = 0;
let cache: AnswerCache;
beforeEach(() => {
  now = 1_800_000_000_000;
  cache = new AnswerCache(new MemoryAnswers(), () => now);
});

const look = (serverId: string, uri: string, configHash = "c"): Promise<CacheLookup> =>
  cache.find({ serverId, configHash, uri });
const find = async (serverId: string, uri: string) => (await look(serverId, uri)).result;
const keep = async (uri: string, result: object = {}, serverId = "one"): Promise<void> => {
  (await look(serverId, uri)).keep(resultOf(1, { ...PUBLIC, contents: [], ...result }));
};

describe("answers that may be shown to anybody", () => {
  it("are found for as long as their server said, and say how old they are", async () => {
    await keep("a://1");
    now += 400;
    expect(await find("one", "a://1")).toEqual({
      ...PUBLIC,
      contents: [],
      ttlMs: 600,
      _meta: { "local-mcp-gateway/cache": { ageMs: 400 } },
    });
    now += 600;
    expect(await find("one", "a://1")).toBeNull();
    expect(await find("two", "a://1")).toBeNull();
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
  ])("are no others: %o", async (unlike) => {
    await keep("a://1", unlike);
    expect(await find("one", "a://1")).toBeNull();
  });

  it("are no errors", async () => {
    (await look("one", "a://1")).keep(errorOf(1, -32_603, "It failed."));
    expect(await find("one", "a://1")).toBeNull();
  });

  it("go when their server says that they, or a part of them, changed", async () => {
    await keep("a://dir/");
    await keep("a://dir/1");
    await keep("a://other");
    await keep("a://dir/1", {}, "two");
    cache.outdate("one", "a://dir/1");
    expect(await find("one", "a://dir/1")).toBeNull();
    expect(await find("one", "a://dir/")).toBeNull();
    expect(await find("one", "a://other")).not.toBeNull();
    cache.outdate("one");
    expect(await find("one", "a://other")).toBeNull();
    expect(await find("two", "a://dir/1")).not.toBeNull();
  });

  it("are not kept where the server changed while it was asked", async () => {
    const late = await look("one", "a://1");
    cache.outdate("one", "a://1");
    late.keep(resultOf(1, { ...PUBLIC, contents: [] }));
    expect(await find("one", "a://1")).toBeNull();
  });

  it("take no more than they may: the one that was used longest ago goes first", async () => {
    const text = "x".repeat(1_000_000);
    for (let index = 0; index < 8; index += 1) await keep(`a://${index}`, { contents: [{ text }] });
    await find("one", "a://0");
    await keep("a://8", { contents: [{ text }] });
    expect(await find("one", "a://0")).not.toBeNull();
    expect(await find("one", "a://1")).toBeNull();
    expect(await find("one", "a://8")).not.toBeNull();
  });

  it("are another server's where it is reached in another way", async () => {
    await keep("a://1");
    expect((await look("one", "a://1", "other")).result).toBeNull();
  });

  it("are copies", async () => {
    await keep("a://1", { contents: [{ text: "as it was" }] });
    Object.assign((await find("one", "a://1")) ?? {}, { contents: [] });
    expect(await find("one", "a://1")).toMatchObject({ contents: [{ text: "as it was" }] });
  });
});
