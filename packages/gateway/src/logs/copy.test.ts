import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { copyOf } from "./copy.ts";
import { callOf, detailOf } from "./logs.fixture.ts";

const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  progressToken: 4,
  trace: "mine",
};
const where = { address: "http://127.0.0.1:4444", inputSchema: undefined };

/** What a shell makes of a command: the words that curl is called with. */
const wordsOf = (command: string): string[][] => {
  const spy = String.raw`curl() { for word; do printf '%s\0' "$word"; done >&3; printf '\1' >&3; printf 'mcp-session-id: the-session\r\n'; }`;
  const out = execFileSync("/bin/sh", ["-c", `{ ${spy}; ${command} } 3>&1 >/dev/null`], {
    env: { PATH: process.env.PATH, LOCAL_MCP_TOKEN: "the-token" },
    encoding: "utf8",
  });
  return out
    .split("\u0001")
    .slice(0, -1)
    .map((call) => call.split("\0").slice(0, -1));
};

/** A text that a shell, a comment or a terminal could take for something else. */
const HOSTILE = 'it\'s $(touch x) `id` "$HOME" \\ \n # \u202e\u2028 ü';

describe("as a command", () => {
  test("a modern request is one, with its headers and what it says of itself", () => {
    const message = callOf({ text: HOSTILE }, "écho", MODERN);
    const detail = detailOf(message, { era: "modern", name: "écho" });
    const command = copyOf(detail, "curl", where);
    expect(command).not.toMatch(/[\u202a-\u202e\u2028]/);
    const [words, ...more] = wordsOf(command);
    expect(more).toEqual([]);
    expect(words).toEqual([
      "-sS",
      "http://127.0.0.1:4444/mcp/dev",
      "-H",
      "Authorization: Bearer the-token",
      "-H",
      "Content-Type: application/json",
      "-H",
      "Accept: application/json, text/event-stream",
      "-H",
      "MCP-Protocol-Version: 2026-07-28",
      "-H",
      "Mcp-Method: tools/call",
      "-H",
      `Mcp-Name: =?base64?${Buffer.from("écho").toString("base64")}?=`,
      "--data-raw",
      expect.any(String),
    ]);
    expect(JSON.parse(words?.at(-1) ?? "")).toEqual(message);
  });

  test("what its tool wants in headers is there as well", () => {
    const inputSchema = {
      type: "object",
      properties: { region: { type: "string", "x-mcp-header": "Region" } },
    };
    const detail = detailOf(callOf({ region: "eu" }, "search", MODERN));
    const [words] = wordsOf(copyOf(detail, "curl", { ...where, inputSchema }));
    expect(words).toContain("Mcp-Param-Region: eu");
  });

  test("one of a session opens a session first", () => {
    const message = callOf({ text: HOSTILE });
    const calls = wordsOf(copyOf(detailOf(message), "curl", where));
    const sent = calls.map((words): unknown => JSON.parse(words.at(-1) ?? ""));
    expect(sent).toEqual([
      expect.objectContaining({ method: "initialize" }),
      expect.objectContaining({ method: "notifications/initialized" }),
      message,
    ]);
    for (const words of calls.slice(1)) {
      expect(words).toContain("Mcp-Session-Id: the-session");
      expect(words).toContain("MCP-Protocol-Version: 2025-11-25");
    }
  });

  test("the opening of a session is what it is", () => {
    const message = { jsonrpc: "2.0", id: 0, method: "initialize", params: {} };
    const detail = detailOf(message, { method: "initialize", name: null });
    const calls = wordsOf(copyOf(detail, "curl", where));
    expect(calls.map((words): unknown => JSON.parse(words.at(-1) ?? ""))).toEqual([message]);
    expect(copyOf(detail, "client", where)).not.toContain("client.request");
  });
});

describe("as code", () => {
  test("the client is pinned to the era, and says of itself what it says", () => {
    const modern = copyOf(detailOf(callOf({ text: HOSTILE }, "echo", MODERN)), "client", where);
    expect(modern).toContain('versionNegotiation: { mode: { pin: "2026-07-28" } }');
    expect(modern).toContain('"trace": "mine"');
    expect(modern).not.toMatch(/[\u202a-\u202e\u2028]|io\.modelcontextprotocol|progressToken/);
    const legacy = copyOf(detailOf(callOf({})), "client", where);
    expect(legacy).not.toContain("versionNegotiation");
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    expect(copyOf(detailOf(list), "client", where)).toContain('"method": "tools/list"');
  });

  test.each(["curl", "client"] as const)("%s: no token is in it", (as) => {
    expect(copyOf(detailOf(callOf({})), as, where)).toContain("LOCAL_MCP_TOKEN");
  });
});

test("nothing is copied of what was cut off, or of what no client asked", () => {
  const cut = detailOf(null, { request: { text: "{", bytes: 9, cut: true } });
  expect(() => copyOf(cut, "curl", where)).toThrow(
    expect.objectContaining({ code: "log_not_whole" }),
  );
  expect(() => copyOf(detailOf(callOf({}), { kind: "question" }), "curl", where)).toThrow(
    expect.objectContaining({ code: "log_no_call" }),
  );
});
