import { describe, expect, test } from "vitest";
import { ToolHeaders } from "./headers.ts";
import { readMessage } from "./message.ts";
import { MODERN } from "./test-endpoint.ts";

const message = (method: string, params: object) => {
  const read = readMessage(
    JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...MODERN, ...params } }),
  );
  if (read === null) throw new Error("no message");
  return read;
};

const list = (tools: object[]): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, result: { tools } });

const parametersOf = (inputSchema: object, args: object): Record<string, string> => {
  const headers = new ToolHeaders();
  headers.learn(list([{ name: "t", inputSchema }]));
  const all = headers.of(message("tools/call", { name: "t", arguments: args }));
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("Mcp-Param")));
};

const mirrored = (header: string, type = "string"): object => ({ type, "x-mcp-header": header });

describe("the arguments of a tool", () => {
  test("are repeated where the schema asks for it, at any depth, by primitive value", () => {
    const schema = {
      properties: {
        text: mirrored("Text"),
        count: mirrored("Count", "integer"),
        flag: mirrored("Flag", "boolean"),
        other: { type: "string" },
        inner: { type: "object", properties: { deep: mirrored("Deep") } },
      },
    };
    const args = { text: "ü", count: 42, flag: false, other: "x", inner: { deep: "d" } };
    expect(parametersOf(schema, args)).toEqual({
      "Mcp-Param-Text": "=?base64?w7w=?=",
      "Mcp-Param-Count": "42",
      "Mcp-Param-Flag": "false",
      "Mcp-Param-Deep": "d",
    });
  });

  test("are left out where there is no value that a header could repeat", () => {
    const schema = {
      properties: {
        absent: mirrored("Absent"),
        nothing: mirrored("Nothing"),
        object: mirrored("Object"),
        rounded: mirrored("Rounded", "integer"),
        toString: mirrored("Inherited"),
        bad: mirrored("no token"),
      },
    };
    const args = { nothing: null, object: {}, rounded: 2 ** 60, bad: "x" };
    expect(parametersOf(schema, args)).toEqual({});
  });

  test("follow the newest list, which other tools do not change", () => {
    const headers = new ToolHeaders();
    const inputSchema = { properties: { a: mirrored("A") } };
    const called = message("tools/call", { name: "t", arguments: { a: "1" } });
    headers.learn(list([{ name: "t", inputSchema }]));
    headers.learn(list([{ name: "u", inputSchema: {} }]));
    expect(headers.of(called)).toMatchObject({ "Mcp-Param-A": "1" });
    headers.learn(list([{ name: "t", inputSchema: {} }]));
    expect(headers.of(called)).not.toHaveProperty("Mcp-Param-A");
  });

  test("are nobody's in a list that is none", () => {
    const headers = new ToolHeaders();
    for (const answer of ["{", "{}", list([{ name: 1 }])]) headers.learn(answer);
    expect(headers.of(message("tools/call", { name: "t" }))).toEqual({
      "MCP-Protocol-Version": "2026-07-28",
      "Mcp-Method": "tools/call",
      "Mcp-Name": "t",
    });
  });
});
