import type { CapabilityView, ClientSnippet } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { filledIn, inOrder, promptToTry } from "./snippets.ts";

const snippet = (client: ClientSnippet["client"], changes: Partial<ClientSnippet> = {}) =>
  ({
    client,
    title: client,
    installed: false,
    reaches: "url",
    file: null,
    language: "json",
    text: '{"Authorization": "Bearer YOUR_TOKEN", "note": "YOUR_TOKEN"}',
    needsToken: true,
    instruction: "",
    ...changes,
  }) satisfies ClientSnippet;

const tool = (name: string, changes: Partial<CapabilityView> = {}): CapabilityView => ({
  kind: "tool",
  name,
  original: name,
  server: "files",
  title: null,
  description: null,
  enabled: true,
  heldBack: false,
  renamed: null,
  describedByYou: false,
  definition: {},
  ...changes,
});

describe("the clients", () => {
  it("begin with those that were found here and end with the unknown one", () => {
    const snippets = [
      snippet("claude-code"),
      snippet("other", { installed: true }),
      snippet("cursor", { installed: true }),
      snippet("vscode"),
      snippet("codex", { installed: true }),
    ];
    expect(inOrder(snippets).map(({ client }) => client)).toEqual([
      "cursor",
      "codex",
      "claude-code",
      "vscode",
      "other",
    ]);
  });
});

describe("a snippet", () => {
  it("holds the token in every place for it", () => {
    expect(filledIn(snippet("cursor"), "lmg_$&1")).toBe(
      '{"Authorization": "Bearer lmg_$&1", "note": "lmg_$&1"}',
    );
  });

  it("keeps the place where there is no token", () => {
    expect(filledIn(snippet("cursor"), undefined)).toContain("Bearer YOUR_TOKEN");
  });
});

describe("what to say to a client", () => {
  it("is the echo tool, where there is one that is on", () => {
    expect(promptToTry([tool("delete_file"), tool("echo")])).toBe(
      "Use the echo tool to say hello.",
    );
  });

  it("names a tool only where it says that it changes nothing", () => {
    const tools = [
      tool("echo", { enabled: false }),
      tool("delete_file", { definition: { annotations: { destructiveHint: true } } }),
      tool("off", { enabled: false, definition: { annotations: { readOnlyHint: true } } }),
      tool("list_files", { definition: { annotations: { readOnlyHint: true } } }),
    ];
    expect(promptToTry(tools)).toBe("Use the list_files tool.");
  });

  it("names none where none is known to be harmless", () => {
    const tools = [
      tool("write", { definition: { annotations: null } }),
      tool("read", { kind: "prompt" }),
    ];
    expect(promptToTry(tools)).toBe("Which tools do you have? Use one that changes nothing.");
  });
});
