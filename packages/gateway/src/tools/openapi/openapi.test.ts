import type { OpenApiImport } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readOpenApi } from "./openapi.ts";
import { document, operation, plan, toolOf, viewOf, inPath, codeOf } from "./test-kit.ts";

describe("a document", () => {
  test.each([
    ["", "it is empty"],
    [" \n", "it is empty"],
    ["<!doctype html><html></html>", "it is HTML or XML"],
    ["hello", "it is not an object"],
  ])("that is none says what it is, %j", (text, detail) => {
    expect(() => readOpenApi(text, [])).toThrow(`that can be read: ${detail}.`);
  });

  test("is told with its servers, its security and its operations", () => {
    const text = document({
      servers: [
        {
          url: "https://{region}.example/{version}",
          variables: { region: { default: "eu" }, version: { default: 2 } },
        },
        { url: "/api" },
        { url: "https://me:secret@other.example" },
      ],
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "Bearer" },
          login: { type: "http", scheme: "basic" },
          key: { type: "apiKey", in: "query", name: "api_key", description: "From your page." },
          header: { type: "apiKey", in: "header", name: "X-Key" },
          cookie: { type: "apiKey", in: "cookie", name: "session" },
          oauth: { $ref: "#/components/securitySchemes/real" },
          real: { type: "oauth2", flows: {} },
          lost: { $ref: "#/nowhere" },
        },
      },
      paths: {
        "/pets": { get: { summary: "All pets", tags: ["pets", "a,b"] }, post: {} },
        "x-note": {},
      },
    });
    const { view } = readOpenApi(text, ["get_pets"]);
    expect(view).toMatchObject({
      title: "Pets",
      version: "1",
      servers: ["https://eu.example/2", "/api", "https://other.example"],
      auth: [
        { name: "token", type: "bearer", parameter: null },
        { name: "login", type: "basic" },
        { name: "key", type: "query", parameter: "api_key", description: "From your page." },
        { name: "header", type: "header", parameter: "X-Key" },
        { name: "cookie", type: "other" },
        { name: "oauth", type: "other" },
        { name: "real", type: "other" },
      ],
      operations: [
        { key: "GET /pets", name: "get_pets_2", summary: "All pets", tags: ["pets", "a b"] },
        { key: "POST /pets", name: "post_pets", operationId: null },
      ],
    });
  });

  test("is the same as YAML", () => {
    const json = operation({ parameters: [inPath] });
    expect(readOpenApi(stringify(JSON.parse(json)), [])).toEqual(readOpenApi(json, []));
  });

  test.each([
    ["no object", "[1]", "openapi_unreadable"],
    ["nothing", "", "openapi_unreadable"],
    ["no JSON", '{"openapi": "3.0.0",', "malformed_json"],
    ["no YAML", "openapi: [3.0.0", "openapi_unreadable"],
    ["Swagger", '{"swagger":"2.0","paths":{}}', "openapi_too_old"],
    ["no version", '{"paths":{}}', "openapi_unreadable"],
    ["a version to come", '{"openapi":"4.0.0"}', "openapi_unreadable"],
    ["YAML nested too deep", `openapi: 3.0.0\nx: ${"[".repeat(50_000)}`, "openapi_unreadable"],
    ["JSON nested too deep", `{"openapi":"3.0.0","x":${"[".repeat(50_000)}`, "malformed_json"],
    ["an alias to nothing", "openapi: 3.0.0\nx: *nothing", "openapi_unreadable"],
  ])("that is %s is refused", (_, text, code) => {
    expect(codeOf(() => readOpenApi(text, []))).toBe(code);
  });

  test("of YAML that multiplies itself is refused before it is unfolded", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inner = level === 0 ? "lol" : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 10 }, () => inner).join(", ")}]`;
    });
    const text = `openapi: 3.0.0\n${levels.join("\n")}`;
    expect(codeOf(() => readOpenApi(text, []))).toBe("openapi_unreadable");
  });

  test("with a circle of YAML's own gives no tool of it", () => {
    const text = `openapi: 3.0.0
info: {title: t, version: 1}
paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: &s {items: *s}}}}}}}`;
    expect(codeOf(() => readOpenApi(text, []))).toMatch(/none|openapi_unreadable/);
  });

  test("with more operations than anybody chooses from is refused", () => {
    const paths = Object.fromEntries(
      Array.from({ length: 3001 }, (_, number) => [`/p${number}`, { get: {} }]),
    );
    expect(codeOf(() => readOpenApi(document({ paths }), []))).toBe("openapi_unreadable");
  });
});

describe("names", () => {
  test.each([
    ["getPet", "getPet"],
    ["pets/get by-id", "pets_get_by-id"],
    ["__proto__", "proto"],
    ["constructor", "constructor"],
    ["取得", "get_pets_id"],
    ["a".repeat(300), "a".repeat(64)],
  ])("%s becomes %s", (operationId, name) => {
    expect(viewOf(operation({ operationId })).name).toBe(name);
  });

  test("are free, within the document and among tools", () => {
    const text = document({
      paths: { "/a": { get: { operationId: "x" }, post: { operationId: "x" } }, "/b": { get: {} } },
    });
    const { view } = readOpenApi(text, ["x"]);
    expect(view.operations.map(({ name }) => name)).toEqual(["x_2", "x_3", "get_b"]);
  });
});

describe("an import", () => {
  const text = document({
    paths: {
      "/a": { get: { operationId: "a", summary: "A", description: "Gives a.", tags: ["one"] } },
      "/b?kind=x": { get: { operationId: "b", servers: [{ url: "https://b.example" }] } },
      "/c": {
        post: { operationId: "c", requestBody: { required: true, content: { "image/png": {} } } },
      },
    },
  });

  test.each<Partial<OpenApiImport>>([
    { auth: { type: "bearer", token: "t" } },
    { headers: { "x-key": { value: "k", plain: false } } },
    { query: { key: { value: "k", plain: false } } },
  ])("sends no secret where the document alone says: %j", (secrets) => {
    const { tools, skipped } = plan(text, secrets);
    expect(tools.map(({ key }) => key)).toEqual(["GET /a"]);
    expect(skipped.slice(0, 1)).toEqual([
      { key: "GET /b?kind=x", problem: expect.stringMatching(/^It is at an address of its own/) },
    ]);
    const chosen = { ...secrets, operations: [{ key: "GET /b?kind=x" }] };
    expect(codeOf(() => plan(text, chosen))).toBe("openapi_no_operation");
    const [only] = plan(text, { ...chosen, baseUrl: "https://b.example" }).tools;
    expect(only?.tool.url).toBe("https://b.example/b");
    const plain = { headers: { "x-kind": { value: "k", plain: true } } };
    expect(plan(text, plain).tools).toHaveLength(2);
  });

  test("takes what can become a tool, and says what cannot", () => {
    const { tools, skipped } = plan(text, { tags: ["mine", "one"] });
    expect(tools.map(({ key, tool }) => [key, tool.url])).toEqual([
      ["GET /a", "https://api.example/v1/a"],
      ["GET /b?kind=x", "https://b.example/b"],
    ]);
    expect(tools[0]?.tool).toMatchObject({
      title: "A",
      description: "A\n\nGives a.",
      tags: ["mine", "one"],
    });
    expect(tools[1]?.tool.query).toEqual({ kind: { value: "x", plain: true } });
    expect(skipped).toEqual([{ key: "POST /c", problem: expect.stringContaining("image/png") }]);
  });

  test("of chosen operations is all of them, under the names given", () => {
    const chosen = plan(text, {
      operations: [{ key: "GET /a", name: "mine" }],
      baseUrl: "http://h/x?key=1#f",
    });
    expect(chosen.tools).toMatchObject([{ tool: { name: "mine", url: "http://h/x/a?key=1" } }]);
    const broken = (key: string) =>
      codeOf(() => plan(text, { operations: [{ key: "GET /a" }, { key }] }));
    expect(broken("POST /c")).toBe("openapi_no_operation");
    expect(broken("GET /nothing")).toBe("openapi_no_operation");
    const meant = (key: string) => () => plan(text, { operations: [{ key }] });
    expect(meant("get /a")).toThrow("The document has no such operation. “GET /a” is one.");
  });

  test("needs a base URL where the document has none", () => {
    const relative = document({ servers: [{ url: "/api" }], paths: { "/a": { get: {} } } });
    expect(() => plan(relative)).toThrow("“baseUrl”");
    expect(() => plan(relative, { baseUrl: "ftp://x" })).toThrow("“baseUrl”");
    expect(toolOf(relative, { baseUrl: "https://x.example/api" }).url).toBe(
      "https://x.example/api/a",
    );
  });

  test("says where a person has to sign in first", () => {
    const secured = (security: object[]) =>
      viewOf(
        operation(
          { security },
          {
            components: {
              securitySchemes: { o: { type: "oauth2" }, k: { type: "http", scheme: "bearer" } },
            },
          },
        ),
      ).losses;
    expect(secured([{ o: [] }])).toEqual([expect.stringContaining("give the token")]);
    expect(secured([{ o: [] }, { k: [] }])).toEqual([]);
    expect(secured([{ o: [] }, {}])).toEqual([]);
  });
});
