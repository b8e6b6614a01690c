import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "./jsonrpc.ts";
import {
  checkParameterHeaders,
  checkRoutingHeaders,
  decodeHeaderValue,
  encodeHeaderValue,
  hasInvalidHeaderAnnotation,
  parameterHeaders,
  routingHeaders,
} from "./protocol-headers.ts";

const META = {
  _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
};
const request = (method: string, params: JsonObject = {}): JsonObject => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params: { ...params, ...META },
});

/** As the other end's HTTP parser hands them on. */
const received = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
  );

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "grapheme-ascii" }),
  fc.constantFrom(
    "",
    " ",
    " a",
    "a ",
    "\t",
    "a\r\nb",
    "=?base64??=",
    "=?base64?SGVsbG8=?=",
    "\uFEFFa",
    "世界",
  ),
);

describe("a value in a header", () => {
  it.each([
    ["us-west1", "us-west1"],
    ["us west 1", "us west 1"],
    ["file:///a%20b?c=1", "file:///a%20b?c=1"],
    ["", "=?base64??="],
    [" us", "=?base64?IHVz?="],
    ["us ", "=?base64?dXMg?="],
    ["a\tb", "=?base64?YQli?="],
    ["a\r\nb", "=?base64?YQ0KYg==?="],
    ["世界", "=?base64?5LiW55WM?="],
    ["=?base64?eA==?=", "=?base64?PT9iYXNlNjQ/ZUE9PT89?="],
    ["=?base64?eA==", "=?base64?eA=="],
  ])("%j is written as %j", (value, header) => {
    expect(encodeHeaderValue(value)).toBe(header);
    expect(decodeHeaderValue(header)).toBe(value);
  });

  it("comes out as it went in, and is a header that any parser leaves alone", () => {
    fc.assert(
      fc.property(text, (value) => {
        const header = encodeHeaderValue(value);
        expect(header).toMatch(/^[!-~](?:[ -~]*[!-~])?$/);
        expect(decodeHeaderValue(header)).toBe(value);
      }),
    );
  });

  it.each([
    "=?base64?SGVsbG8?=",
    "=?base64?SGVs!!!bG8=?=",
    "=?base64?/w==?=",
    "caf\u00e9",
    "a\u0000",
  ])("%j is none that was written so", (header) => {
    expect(decodeHeaderValue(header)).toBeNull();
  });
});

describe("the headers of a message", () => {
  it.each([
    ["tools/call", { name: "add" }, "add"],
    ["prompts/get", { name: "größe" }, "=?base64?Z3LDtsOfZQ==?="],
    ["resources/read", { uri: "file:///a" }, "file:///a"],
    ["tasks/cancel", { taskId: "t 1" }, "t 1"],
  ])("name what %s is about", (method, params, name) => {
    expect(routingHeaders(request(method, params))).toEqual({
      "MCP-Protocol-Version": "2026-07-28",
      "Mcp-Method": method,
      "Mcp-Name": name,
    });
  });

  it("name nothing where there is nothing to name, and are none in the legacy era", () => {
    expect(routingHeaders(request("tools/list"))).not.toHaveProperty("Mcp-Name");
    expect(routingHeaders(request("tools/call", { name: 5 }))).not.toHaveProperty("Mcp-Name");
    expect(
      routingHeaders({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "a" } }),
    ).toEqual({});
  });

  it("agree with their message, whatever it names", () => {
    fc.assert(
      fc.property(text, fc.constantFrom("tools/call", "tools/list"), (name, method) => {
        const message = request(method, { name });
        expect(checkRoutingHeaders(message, received(routingHeaders(message)))).toBeNull();
      }),
    );
  });

  it.each([
    [{ "mcp-method": undefined }, "The header Mcp-Method is missing."],
    [{ "mcp-method": "TOOLS/CALL" }, "The header Mcp-Method does not match the message."],
    [
      { "mcp-method": "=?base64?dG9vbHMvY2FsbA==?=" },
      "The header Mcp-Method does not match the message.",
    ],
    [{ "mcp-name": undefined }, "The header Mcp-Name is missing."],
    [{ "mcp-name": "other" }, "The header Mcp-Name does not match the message."],
    [{ "mcp-name": "=?base64?!?=" }, "The header Mcp-Name cannot be decoded."],
    [
      { "mcp-protocol-version": "2025-11-25" },
      "The header MCP-Protocol-Version does not match the message.",
    ],
  ])("are told apart from their message: %j", (changed, sentence) => {
    const message = request("tools/call", { name: "add" });
    const headers = { ...received(routingHeaders(message)), ...changed };
    expect(checkRoutingHeaders(message, headers)).toBe(sentence);
  });
});

const SCHEMA = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    size: { type: "integer", "x-mcp-header": "Size" },
    loud: { type: "boolean", "x-mcp-header": "Loud" },
    plain: { type: "string" },
    "x-mcp-header": { type: "string" },
    where: {
      type: "object",
      properties: { zone: { type: "string", "x-mcp-header": "Zone" } },
    },
  },
};

describe("the headers of a tool's parameters", () => {
  it("repeat what is annotated, at any depth, and omit what is null, absent or no simple value", () => {
    const args = { region: "eu", size: 42, loud: false, plain: "x", where: { zone: " b" } };
    expect(parameterHeaders(SCHEMA, args)).toEqual({
      "Mcp-Param-Region": "eu",
      "Mcp-Param-Size": "42",
      "Mcp-Param-Loud": "false",
      "Mcp-Param-Zone": "=?base64?IGI=?=",
    });
    expect(parameterHeaders(SCHEMA, { region: null, size: {}, where: "b" })).toEqual({});
    expect(parameterHeaders(SCHEMA, undefined)).toEqual({});
    expect(parameterHeaders(SCHEMA, { size: 2 ** 53 })).toEqual({});
  });

  const argumentsOf = fc.record(
    {
      region: fc.option(text),
      size: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.jsonValue()),
      loud: fc.option(fc.boolean()),
      where: fc.record({ zone: fc.option(text) }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );

  it("agree with the arguments they were made of, and one less does not", () => {
    fc.assert(
      fc.property(argumentsOf, (args) => {
        const headers = received(parameterHeaders(SCHEMA, args));
        expect(checkParameterHeaders(SCHEMA, args, headers)).toBeNull();
        for (const name of Object.keys(headers)) {
          const less = { ...headers, [name]: undefined };
          expect(checkParameterHeaders(SCHEMA, args, less)).toMatch(/is missing\.$/);
        }
      }),
    );
  });

  it.each([
    [{ size: 42 }, { "mcp-param-size": "42.0" }, null],
    [
      { size: 42 },
      { "mcp-param-size": "43" },
      "The header Mcp-Param-Size does not match the message.",
    ],
    [
      { size: 0 },
      { "mcp-param-size": "" },
      "The header Mcp-Param-Size does not match the message.",
    ],
    [{ region: "Hello" }, { "mcp-param-region": "=?base64?SGVsbG8=?=" }, null],
    [{ region: "SGVsbG8=" }, { "mcp-param-region": "SGVsbG8=" }, null],
    [{ region: "=?base64?SGVsbG8=" }, { "mcp-param-region": "=?base64?SGVsbG8=" }, null],
    [
      { region: "Hello" },
      { "mcp-param-region": "=?base64?SGVsbG8?=" },
      "The header Mcp-Param-Region cannot be decoded.",
    ],
    [{}, { "mcp-param-region": "eu" }, "The header Mcp-Param-Region does not match the message."],
    [{ region: null }, {}, null],
  ])("%j with %j", (args, headers, sentence) => {
    expect(checkParameterHeaders(SCHEMA, args, headers)).toBe(sentence);
  });
});

const toolWith = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  name: "tool",
  inputSchema: { type: "object", properties, ...more },
});

describe("a tool of an HTTP server", () => {
  it("may ask for headers by the rules, or for none", () => {
    expect(hasInvalidHeaderAnnotation({ name: "a", inputSchema: SCHEMA })).toBe(false);
    expect(hasInvalidHeaderAnnotation({ name: "a" })).toBe(false);
    expect(
      hasInvalidHeaderAnnotation(toolWith({ a: true, b: { enum: [{ "x-mcp-header": 1 }] } })),
    ).toBe(false);
  });

  const annotated = { type: "string", "x-mcp-header": "A" };
  it.each([
    ["an empty name", toolWith({ a: { type: "string", "x-mcp-header": "" } })],
    ["a name that is none", toolWith({ a: { type: "string", "x-mcp-header": "My Region" } })],
    ["a colon", toolWith({ a: { type: "string", "x-mcp-header": "A:B" } })],
    ["a letter that is not ASCII", toolWith({ a: { type: "string", "x-mcp-header": "Région" } })],
    ["a control character", toolWith({ a: { type: "string", "x-mcp-header": "A\t1" } })],
    ["a number for a name", toolWith({ a: { type: "string", "x-mcp-header": 1 } })],
    ["an object", toolWith({ a: { type: "object", "x-mcp-header": "A" } })],
    ["an array", toolWith({ a: { type: "array", "x-mcp-header": "A" } })],
    ["null", toolWith({ a: { type: "null", "x-mcp-header": "A" } })],
    ["a number", toolWith({ a: { type: "number", "x-mcp-header": "A" } })],
    ["no type", toolWith({ a: { "x-mcp-header": "A" } })],
    ["one name twice", toolWith({ a: annotated, b: { type: "string", "x-mcp-header": "a" } })],
    ["the whole input", toolWith({}, { "x-mcp-header": "A" })],
    ["items", toolWith({ a: { type: "array", items: annotated } })],
    ["a branch", toolWith({}, { anyOf: [{ properties: { a: annotated } }] })],
    ["a definition", toolWith({}, { $defs: { a: annotated } })],
  ])("may not annotate with or on %s", (_, tool) => {
    expect(hasInvalidHeaderAnnotation(tool)).toBe(true);
    expect(parameterHeaders(tool.inputSchema, { a: "x", b: "y" })).toEqual({});
    expect(checkParameterHeaders(tool.inputSchema, { a: "x" }, {})).toBeNull();
  });

  it("may nest its schema as deep as it likes, and annotate it 64 levels deep", () => {
    const nested = (depth: number, innermost: JsonObject): JsonObject => {
      let schema = innermost;
      for (let level = 0; level < depth; level += 1) schema = { properties: { a: schema } };
      return { inputSchema: schema };
    };
    expect(hasInvalidHeaderAnnotation(nested(64, annotated))).toBe(false);
    expect(hasInvalidHeaderAnnotation(nested(65, annotated))).toBe(true);
    expect(hasInvalidHeaderAnnotation(nested(50_000, { type: "string" }))).toBe(false);
  });
});
