import { TOKEN_PLACE } from "@local-mcp/contract";
import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";
import { splitCommands } from "../servers/recognize/shell-words.ts";
import { type SnippetInput, writeSnippets } from "./snippets.ts";

const URL = "http://127.0.0.1:4444/mcp/dev";
const AUTHORIZATION = `Bearer ${TOKEN_PLACE}`;

const input: SnippetInput = {
  url: URL,
  name: "local-mcp-dev",
  needsToken: true,
  bridge: { command: "/opt/My App/node", args: ["/opt/cli.mjs", "bridge", "--profile", "dev"] },
  platform: "linux",
};

const snippet = (client: string, more: Partial<SnippetInput> = {}) => {
  const found = writeSnippets({ ...input, ...more }).find((one) => one.client === client);
  if (!found) throw new Error(`no snippet for ${client}`);
  return found;
};

describe("snippets", () => {
  it("of Claude Code are a command that a shell takes apart as it is meant", () => {
    const { text, file, language } = snippet("claude-code");
    expect(splitCommands(text).map(({ words }) => words)).toEqual([
      `claude mcp add --transport http --scope user local-mcp-dev ${URL} --header`
        .split(" ")
        .concat(`Authorization: ${AUTHORIZATION}`),
    ]);
    expect({ file, language }).toEqual({ file: null, language: "shell" });
  });

  it("of Claude Desktop start the bridge, which needs no token", () => {
    const { text, needsToken, reaches, file } = snippet("claude-desktop");
    expect(JSON.parse(text)).toEqual({
      mcpServers: {
        "local-mcp-dev": {
          command: "/opt/My App/node",
          args: ["/opt/cli.mjs", "bridge", "--profile", "dev"],
        },
      },
    });
    expect(text).not.toContain(TOKEN_PLACE);
    expect({ needsToken, reaches, file }).toEqual({
      needsToken: false,
      reaches: "bridge",
      file: "~/.config/Claude/claude_desktop_config.json",
    });
  });

  it("of Cursor, VS Code and Codex are their files", () => {
    expect(JSON.parse(snippet("cursor").text)).toEqual({
      mcpServers: { "local-mcp-dev": { url: URL, headers: { Authorization: AUTHORIZATION } } },
    });
    expect(JSON.parse(snippet("vscode").text)).toEqual({
      servers: {
        "local-mcp-dev": { type: "http", url: URL, headers: { Authorization: AUTHORIZATION } },
      },
    });
    expect(parseToml(snippet("codex").text)).toEqual({
      mcp_servers: {
        "local-mcp-dev": { url: URL, http_headers: { Authorization: AUTHORIZATION } },
      },
    });
  });

  it("of any other client are the URL and the header", () => {
    expect(snippet("other").text).toBe(`${URL}\nAuthorization: ${AUTHORIZATION}`);
  });

  it("name the token's place exactly where one is needed", () => {
    for (const one of writeSnippets(input))
      expect(one.text.includes(TOKEN_PLACE)).toBe(one.needsToken);
    for (const one of writeSnippets({ ...input, needsToken: false })) {
      expect(one.needsToken).toBe(false);
      expect(one.text).not.toMatch(/authorization|headers/i);
    }
  });

  it.each<[NodeJS.Platform, client: string, file: string]>([
    ["darwin", "claude-desktop", "~/Library/Application Support/Claude/claude_desktop_config.json"],
    ["win32", "claude-desktop", "~\\AppData\\Roaming\\Claude\\claude_desktop_config.json"],
    ["darwin", "vscode", "~/Library/Application Support/Code/User/mcp.json"],
    ["win32", "vscode", "~\\AppData\\Roaming\\Code\\User\\mcp.json"],
    ["linux", "vscode", "~/.config/Code/User/mcp.json"],
    ["win32", "cursor", "~\\.cursor\\mcp.json"],
    ["linux", "codex", "~/.codex/config.toml"],
  ])("belong, on %s, for %s in %s", (platform, client, file) => {
    expect(snippet(client, { platform }).file).toBe(file);
  });
});
