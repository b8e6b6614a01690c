import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, isFree } from "./under-way.fixture.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

type Begun = Awaited<ReturnType<typeof bench.begin>>;

describe("an address that is pasted", () => {
  const forms: [string, (back: URL) => string][] = [
    ["whole", ({ href }) => href],
    [
      "whole, in lines as a terminal breaks it",
      ({ href }) => ` ${href.replace(/.{40}/g, "$&\n  ")}\n`,
    ],
    ["without its scheme", ({ href }) => href.replace("http://", "")],
    ["as localhost", ({ href }) => href.replace("127.0.0.1", "localhost")],
    ["in brackets, as mail programs write it", ({ href }) => ` <${href}>`],
    ["in quotes", ({ href }) => `"${href}"`],
    ["with a fragment", ({ href }) => `${href}#_=_`],
    ["its query", ({ search }) => search],
    ["its query without the mark", ({ search }) => search.slice(1)],
    [
      "its code and state",
      ({ searchParams: s }) => `code=${s.get("code")}&state=${s.get("state")}`,
    ],
  ];
  test.each(forms)("%s: signs in", async (_, form) => {
    const { page, port, paste, outcome } = await bench.begin();
    const back = form(new URL(bench.server.approve(page)));
    expect(await paste(back)).toEqual({ state: "done", error: null });
    expect((await outcome()).state).toBe("done");
    expect(bench.kept).toHaveLength(1);
    await expect.poll(() => isFree(port)).toBe(true);
  });

  const wrong: [string, (back: URL, begun: Begun) => string, RegExp][] = [
    ["nothing", () => " ", /not whole/],
    ["a word", () => "canary", /not whole/],
    ["a code alone", ({ searchParams }) => `code=${searchParams.get("code")}`, /not whole/],
    ["a state alone", ({ searchParams }) => `state=${searchParams.get("state")}`, /not whole/],
    ["the page that was visited", (_, { page }) => page, /another address/],
    [
      "an address elsewhere",
      ({ search }) => `https://evil.example/callback${search}`,
      /another address/,
    ],
    ["another port", ({ search }) => `http://127.0.0.1:1/callback${search}`, /another address/],
    ["another path", ({ href }) => href.replace("/callback", "/x"), /another address/],
    ["no URL", () => "http://[canary?code=canary1&state=canary2", /another address/],
    ["another sign-in's", ({ search }) => search.replace("state=", "state=x"), /does not belong/],
    ["two states", ({ search }) => `${search}&state=canary`, /does not belong/],
  ];
  test.each(wrong)("%s: is not used, and the sign-in goes on", async (_, form, reason) => {
    const begun = await bench.begin();
    const back = new URL(bench.server.approve(begun.page));
    const pasted = form(back, begun);
    const { state, error } = await begun.paste(pasted);
    expect(state).toBe("waiting");
    expect(error).toMatchObject({
      code: "sign_in_wrong_answer",
      message: expect.stringMatching(reason),
    });
    const values = [...new URLSearchParams(pasted).values(), "canary"].filter(
      (text) => text !== "" && text !== begun.redirectUri,
    );
    expect(values.filter((text) => error?.message.includes(text))).toEqual([]);
    expect(bench.server.tokenRequests).toEqual([]);
    expect(await begun.paste(back.href)).toEqual({ state: "done", error: null });
  });

  test("is judged as one that a browser brings: another issuer ends it", async () => {
    const { page, paste } = await bench.begin();
    const iss = "https://evil.example";
    expect(await paste(bench.server.approve(page, { iss }))).toMatchObject({
      state: "failed",
      error: { code: "sign_in_wrong_answer" },
    });
    expect(await paste(bench.server.approve(page))).toMatchObject({ state: "failed" });
    expect(bench.server.tokenRequests).toEqual([]);
  });

  test("can be a refusal", async () => {
    const { page, paste } = await bench.begin();
    const back = bench.server.approve(page, { code: null, error: "access_denied" });
    expect(await paste(back)).toMatchObject({
      state: "failed",
      error: { code: "sign_in_refused" },
    });
  });

  test("is used once, however often it comes", async () => {
    const { page, paste } = await bench.begin();
    const back = bench.server.approve(page);
    const all = await Promise.all([paste(back), paste(back), paste(back)]);
    expect(all.filter(({ state }) => state === "done")).toHaveLength(1);
    expect(await paste(back)).toEqual({ state: "done", error: null });
    expect(bench.server.tokenRequests).toHaveLength(1);
  });
});
