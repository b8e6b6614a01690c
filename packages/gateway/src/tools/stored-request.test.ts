import { describe, expect, it } from "vitest";
import { changeRequest, refuseMove, secretsOf, type StoredApi } from "./stored-request.ts";

const URL_ = "https://api.example/pets";
const value = (text: string) => ({ value: text, plain: false });
const plain = (text: string) => ({ value: text, plain: true });
const refusal = (detail: RegExp) =>
  expect.objectContaining({
    code: "validation_failed",
    params: { detail: expect.stringMatching(detail) },
  });
const namesAndValues = (built: ReturnType<typeof changeRequest>) =>
  built.secrets.map(({ name, value: text }) => [name, text]);

describe("what is stored of a new tool", () => {
  it("holds no secret, and leads to each", () => {
    const built = changeRequest(null, {
      url: `${URL_}?key=k1&flag=`,
      query: { v: plain("2") },
      headers: { "X-Key": value("h1"), Accept: plain("text/csv") },
      auth: { type: "bearer", token: "t1" },
    });
    expect(namesAndValues(built)).toEqual([
      ["query.key", "k1"],
      ["header.x-key", "h1"],
      ["auth", "t1"],
    ]);
    const { secrets, ...stored } = built;
    expect(JSON.stringify(stored)).not.toMatch(/k1|h1|t1/);
    expect(stored.request.query).toMatchObject({ flag: { plain: "" }, v: { plain: "2" } });
    expect(secretsOf(stored.request).map(({ id }) => id)).toEqual(secrets.map(({ id }) => id));
    expect(secretsOf(stored.request).map(({ name }) => name)).toEqual([
      "query/key",
      "headers/X-Key",
      "auth/token",
    ]);
  });

  it("is basic authentication where the URL has a user, and a key where it has nothing else", () => {
    const basic = changeRequest(null, { url: "https://ada:p%40ss@api.example/x" });
    expect(basic).toMatchObject({
      url: "https://api.example/x",
      request: {
        auth: { type: "basic", username: "ada", password: { secret: expect.any(String) } },
      },
    });
    expect(namesAndValues(basic)).toEqual([["auth", "p@ss"]]);
    const key = changeRequest(null, { url: "https://sk_live_1@api.example/x" });
    expect(JSON.stringify({ ...key, secrets: null })).not.toContain("sk_live");
    expect(namesAndValues(key)).toEqual([
      ["header.authorization", `Basic ${Buffer.from("sk_live_1:").toString("base64")}`],
    ]);
  });

  it.each<[Parameters<typeof changeRequest>[1], RegExp]>([
    [
      { url: "https://a:b@api.example/", auth: { type: "bearer", token: "t" } },
      /^url: .*another way/,
    ],
    [{ url: `${URL_}?a=1&a=2` }, /^url: .*“a” twice/],
    [{ url: `${URL_}?=1` }, /^url: /],
    [{ url: URL_, headers: { "X-A": plain("1"), "x-a": plain("2") } }, /^headers\/x-a: .*twice/],
    [{ url: URL_, headers: { "X-A": value("日本") } }, /^headers\/X-A: .*8859-1/],
    [{ url: URL_, auth: { type: "bearer" } }, /^auth\/token: /],
    [{ url: URL_, auth: { type: "bearer", token: "日" } }, /^auth\/token: /],
    [{ url: URL_, auth: { type: "basic", username: "a" } }, /^auth\/password: /],
    [{ url: URL_, auth: { type: "basic", username: "a:b", password: "c" } }, /^auth\/username: /],
  ])("names the field that is wrong: %j", (changes, detail) => {
    expect(() => changeRequest(null, changes)).toThrow(refusal(detail));
  });
});

describe("a change", () => {
  const before: StoredApi = changeRequest(null, {
    url: `${URL_}?key=k1`,
    headers: { "X-Key": value("h1"), Accept: plain("text/csv") },
    auth: { type: "basic", username: "ada", password: "p1" },
  });

  it("keeps what it does not name", () => {
    expect(changeRequest(before, {})).toEqual({
      url: before.url,
      request: before.request,
      secrets: [],
    });
    const renamed = changeRequest(before, { auth: { type: "basic", username: "eve" } });
    expect(renamed.request.auth).toEqual({ ...before.request.auth, username: "eve" });
  });

  it("clears by null, sets by a value, and knows a header in any case", () => {
    const after = changeRequest(before, {
      query: { key: null, other: plain("1") },
      headers: { "x-key": value("h2") },
      auth: { type: "none" },
    });
    expect(after.request.query).toEqual({ other: { plain: "1" } });
    expect(Object.keys(after.request.headers)).toEqual(["Accept", "x-key"]);
    expect(after.request.auth).toEqual({ type: "none" });
    expect(namesAndValues(after)).toEqual([["header.x-key", "h2"]]);
  });

  it("does not send what is stored elsewhere", () => {
    const move = (url: string, changes: object = {}): void =>
      refuseMove("pets", before, changeRequest(before, { url, ...changes }));
    for (const [url, to] of [
      ["https://evil.example/pets", "https://evil.example"],
      ["http://api.example/pets", "http://api.example"],
      ["https://api.example:8443/", "https://api.example:8443"],
    ] as const) {
      expect(() => move(url)).toThrow(
        expect.objectContaining({
          code: "secrets_would_move",
          params: { server: "pets", from: "https://api.example", to, count: 3 },
        }),
      );
    }
    expect(() => move("https://api.example/other")).not.toThrow();
    expect(() =>
      move("https://evil.example/?key=k2", {
        headers: { "X-Key": null },
        auth: { type: "none" },
      }),
    ).not.toThrow();
  });
});
