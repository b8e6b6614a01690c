import { GatewayError } from "@local-mcp/contract";
import type { JsonObject } from "@local-mcp/engine";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildToolRequest } from "./request.ts";

type Tool = Parameters<typeof buildToolRequest>[0];

const tool = (change: Partial<Omit<Tool, "request">> & Partial<Tool["request"]> = {}): Tool => {
  const { query = {}, headers = {}, arguments: places = {}, auth = { type: "none" } } = change;
  const { body = { type: "json", whole: null } } = change;
  return {
    name: "pets",
    method: change.method ?? "GET",
    url: change.url ?? "https://api.example/pets",
    request: { query, headers, arguments: places, body, auth },
  };
};
const build = (made: Tool, args: JsonObject = {}) =>
  buildToolRequest(made, args, (id) => `value-of-${id}`);
/** Null where an argument was refused for what it is. */
function builtOrRefused(made: Tool, args: JsonObject) {
  try {
    return build(made, args);
  } catch (error) {
    if (error instanceof GatewayError && error.code === "tool_arguments") return null;
    throw error;
  }
}
const refusal = (detail: RegExp) =>
  expect.objectContaining({
    code: "tool_arguments",
    params: { tool: "pets", detail: expect.stringMatching(detail) },
  });

describe("where an argument goes", () => {
  it("is the path where its name stands there, and the query or the body otherwise", () => {
    const url = "https://api.example/pets/{id}/{id}.{form}";
    const args = { id: "a b", form: "json", q: "x&y=1", list: [1, true, "c"], none: null };
    const got = build(tool({ url }), args);
    expect(got.url).toBe(
      "https://api.example/pets/a%20b/a%20b.json?q=x%26y%3D1&list=1&list=true&list=c",
    );
    expect(got.body).toBeNull();
    const posted = build(tool({ url, method: "POST" }), args);
    expect(posted.url).toBe("https://api.example/pets/a%20b/a%20b.json");
    expect(posted.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(posted.body ?? "")).toEqual({
      q: "x&y=1",
      list: [1, true, "c"],
      none: null,
    });
    expect(build(tool({ method: "DELETE" }), { q: 1 }).url).toBe("https://api.example/pets?q=1");
  });

  it("is what the tool says, under the name it says", () => {
    const made = tool({
      method: "POST",
      url: "https://api.example/{petId}",
      arguments: {
        pet: { in: "path", name: "petId" },
        page: { in: "query", name: "p" },
        trace: { in: "header", name: "X-Trace" },
        note: { in: "body", name: "text" },
      },
    });
    const got = build(made, { pet: ["a", "b/c"], page: 2, trace: ["x", 1], note: { a: 1 } });
    expect(got).toMatchObject({
      url: "https://api.example/a,b%2Fc?p=2",
      headers: { "x-trace": "x,1" },
      body: '{"text":{"a":1}}',
    });
  });

  it.each<[string, Parameters<typeof tool>[0], JsonObject]>([
    [
      "in the path",
      { url: "https://api.example/{id}", arguments: { safe: { in: "path", name: "id" } } },
      { safe: "a", other: "b", id: "c" },
    ],
    ["in the query", { arguments: { safe: { in: "query", name: "id" } } }, { id: "c" }],
    [
      "in the body",
      { method: "POST", arguments: { safe: { in: "body", name: "id" } } },
      { safe: "a", id: "c" },
    ],
    ["as the body", { method: "POST", body: { type: "json", whole: "it" } }, { id: "c", it: {} }],
  ])("is no place for another that the tool does not know: %s", (_, change, args) => {
    expect(() => build(tool(change), args)).toThrow(refusal(/^“id”: .* is sent in its place/));
  });

  it("is the whole body, a form, or text", () => {
    const whole = (type: "json" | "form" | "text", value: unknown) =>
      build(tool({ method: "PUT", body: { type, whole: "it" } }), { it: value });
    expect(whole("json", [1, 2]).body).toBe("[1,2]");
    expect(whole("text", "as it is\n").body).toBe("as it is\n");
    expect(whole("text", "x").headers["content-type"]).toBe("text/plain; charset=utf-8");
    const form = build(tool({ method: "POST", body: { type: "form", whole: null } }), {
      a: "1&2",
      b: [1, 2],
      c: null,
    });
    expect(form.body).toBe("a=1%262&b=1&b=2");
    expect(form.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(build(tool({ method: "POST" })).body).toBeNull();
  });
});

describe("what is always sent", () => {
  const made = tool({
    query: { key: { secret: "q" }, v: { plain: "2 3" } },
    headers: { "X-Key": { secret: "h" }, Accept: { plain: "text/csv" } },
    auth: { type: "basic", username: "ada", password: { secret: "p" } },
  });

  it("is there, and shown without its secrets", () => {
    const got = build(made, { q: "x" });
    expect(got.url).toBe("https://api.example/pets?key=value-of-q&v=2%203&q=x");
    expect(got.shownUrl).toBe("https://api.example/pets?key=${secret:key}&v=2%203&q=x");
    expect(got.headers).toMatchObject({
      "x-key": "value-of-h",
      accept: "text/csv",
      authorization: `Basic ${Buffer.from("ada:value-of-p").toString("base64")}`,
    });
    const bearer = build(tool({ auth: { type: "bearer", token: { secret: "t" } } }));
    expect(bearer.headers.authorization).toBe("Bearer value-of-t");
  });

  it("has no argument beside it under the same name", () => {
    expect(() => build(made, { key: "mine" })).toThrow(refusal(/“key”.*value of its own/));
  });
});

describe("N-18: an argument stays where it is", () => {
  const PATH = tool({ url: "https://api.example/a/{x}/z" });
  it.each(["..", ".", ""])("%j is no part of a path", (x) => {
    expect(() => build(PATH, { x })).toThrow(refusal(/“x”/));
  });
  it.each([
    ["https://api.example/{a}{b}/z", { a: ".", b: "." }],
    ["https://api.example/.{a}/z", { a: "." }],
    ["https://api.example/%2e{a}/z", { a: "." }],
    ["https://api.example/z/{a}", { a: ".." }],
  ])("nor are dots that are put together: %s", (url, args) => {
    expect(() => build(tool({ url }), args)).toThrow(refusal(/“\.” or “\.\.”/));
  });
  it("a part of the path that is missing is named", () => {
    expect(() => build(PATH, {})).toThrow(refusal(/“x”: it is part of the path/));
    expect(() => build(PATH, { x: null })).toThrow(refusal(/“x”: it is part of the path/));
  });
  it.each(["a\r\nX-Evil: 1", "a\nb", "a\0b", "日本"])("%j is no header", (x) => {
    const made = tool({ arguments: { x: { in: "header", name: "X-Own" } } });
    expect(() => build(made, { x })).toThrow(refusal(/“x”.*header/));
  });

  const ANY = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom(
        "/",
        ".",
        "\\",
        "%",
        "2",
        "e",
        "?",
        "#",
        "@",
        ":",
        "\r",
        "\n",
        "&",
        "=",
        ";",
        "\ud800",
      ),
    }),
    fc.jsonValue(),
  );
  it("whatever it is: no other host, no more or fewer segments, members or headers", () => {
    const made = tool({
      url: "https://api.example/a/{x}/z",
      query: { key: { secret: "q" } },
      headers: { "X-Key": { secret: "h" } },
      arguments: { h: { in: "header", name: "X-Own" } },
    });
    fc.assert(
      fc.property(ANY, ANY, ANY, (x, q, h) => {
        const got = builtOrRefused(made, { x, q, h });
        if (got === null) return;
        const url = new URL(got.url);
        expect(url.origin).toBe("https://api.example");
        expect([url.username, url.password, url.hash]).toEqual(["", "", ""]);
        const segments = url.pathname.split("/");
        expect([segments.length, segments[1], segments[3]]).toEqual([4, "a", "z"]);
        expect(segments[2]).not.toBe("");
        expect([...new Set(url.searchParams.keys())].filter((name) => name !== "q")).toEqual([
          "key",
        ]);
        expect(url.searchParams.getAll("key")).toEqual(["value-of-q"]);
        const own = Object.keys(got.headers).filter((name) => name !== "x-own");
        expect(own).toEqual(["accept", "user-agent", "x-key"]);
        for (const value of Object.values(got.headers)) expect(value).not.toMatch(/[\r\n\0]/);
      }),
      { numRuns: 500 },
    );
  });
});
