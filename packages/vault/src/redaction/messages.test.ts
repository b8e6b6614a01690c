import { expect, test } from "vitest";
import { dirtySamples } from "./dirty.fixture.ts";
import { createRedactor } from "./redactor.ts";

const dirty = dirtySamples();
const redactor = createRedactor();

/** Where texts stand in messages of MCP. */
const MESSAGES: Readonly<Record<string, (text: string) => unknown>> = {
  "a result": (text) => ({ result: { content: [{ type: "text", text }], isError: false } }),
  "an argument": (text) => ({
    method: "tools/call",
    params: { name: "run", arguments: { command: text, n: 1 } },
  }),
  "a line of a result": (text) => ({
    result: { content: [{ type: "text", text: `first line\n${text}\n"last" line` }] },
  }),
  "JSON in a result": (text) => ({
    result: {
      content: [{ type: "text", text: JSON.stringify({ output: text, more: [1, 2] }) }],
      structuredContent: { output: text },
    },
  }),
  "an error": (text) => ({
    error: { code: -32603, message: `\tfailed:\r\n\t${text}`, data: text },
  }),
};

test.each(Object.entries(MESSAGES))("a secret in %s is removed, and JSON stays JSON", (_, put) => {
  const missed = dirty.filter(({ text, secret }) => {
    const clean = redactor.text(JSON.stringify({ jsonrpc: "2.0", id: 1, ...Object(put(text)) }));
    expect(JSON.parse(clean)).toMatchObject({ jsonrpc: "2.0", id: 1 });
    return clean.includes(secret);
  });
  expect(missed.map(({ what }) => what).slice(Math.floor(dirty.length * 0.01))).toEqual([]);
});

test("a word that only begins after a backslash is none of its own", () => {
  const text = String.raw`{"path":"C:\\tools\\Basically good\\sk-small"}`;
  expect(redactor.text(text)).toBe(text);
});
