import { type ClientKind, type ClientSnippet, TOKEN_PLACE } from "@local-mcp/contract";

/** What a snippet is written from. */
export interface SnippetInput {
  /** Address of the profile, or the one that follows the active profile. */
  url: string;
  /** What the entry is called in the client's configuration. */
  name: string;
  needsToken: boolean;
  /** The command that serves the profile on standard input and output. */
  bridge: { command: string; args: readonly string[] };
  platform: NodeJS.Platform;
}

type Written = Omit<ClientSnippet, "installed">;

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Basic strings of TOML are written as those of JSON are (TOML 1.0, strings). */
const toml = (text: string): string => JSON.stringify(text);

/** In double quotes: understood by POSIX shells, PowerShell and cmd alike for what stands here. */
const quoted = (text: string): string => `"${text}"`;

/** What a person pastes into each client, the best known first. */
export function writeSnippets(input: SnippetInput): Written[] {
  return [
    claudeCode(input),
    claudeDesktop(input),
    cursor(input),
    visualStudioCode(input),
    codex(input),
    other(input),
  ];
}

const authorization = `Bearer ${TOKEN_PLACE}`;

const headersOf = ({ needsToken }: SnippetInput): { headers?: { Authorization: string } } =>
  needsToken ? { headers: { Authorization: authorization } } : {};

/** https://code.claude.com/docs/en/mcp: options before the name. */
function claudeCode(input: SnippetInput): Written {
  const header = input.needsToken ? ` --header ${quoted(`Authorization: ${authorization}`)}` : "";
  return {
    client: "claude-code",
    title: "Claude Code",
    reaches: "url",
    file: null,
    language: "shell",
    // The name stands before the header, whose option takes everything that follows it.
    text: `claude mcp add --transport http --scope user ${input.name} ${input.url}${header}`,
    needsToken: input.needsToken,
    instruction: "Run it in a terminal, then start a new Claude Code session.",
  };
}

/** A file of a desktop program among a person's settings, as each system has them. */
function settingsFile(platform: NodeJS.Platform, ...path: string[]): string {
  if (platform === "win32") return ["~", "AppData", "Roaming", ...path].join("\\");
  const folder = platform === "darwin" ? ["Library", "Application Support"] : [".config"];
  return ["~", ...folder, ...path].join("/");
}

/** Its file starts commands only; a URL in it is refused. */
function claudeDesktop({ name, bridge, platform }: SnippetInput): Written {
  return {
    client: "claude-desktop",
    title: "Claude Desktop",
    reaches: "bridge",
    file: settingsFile(platform, "Claude", "claude_desktop_config.json"),
    language: "json",
    text: json({ mcpServers: { [name]: { command: bridge.command, args: bridge.args } } }),
    needsToken: false,
    instruction:
      "Open Settings ▸ Developer ▸ Edit Config, add it to that file, then quit Claude Desktop and open it again.",
  };
}

/** https://cursor.com/docs/mcp */
function cursor(input: SnippetInput): Written {
  return {
    client: "cursor",
    title: "Cursor",
    reaches: "url",
    file: input.platform === "win32" ? "~\\.cursor\\mcp.json" : "~/.cursor/mcp.json",
    language: "json",
    text: json({ mcpServers: { [input.name]: { url: input.url, ...headersOf(input) } } }),
    needsToken: input.needsToken,
    instruction:
      "Add it to that file. Cursor connects when the file is saved; if it does not, reload the window.",
  };
}

/** https://code.visualstudio.com/docs/copilot/reference/mcp-configuration */
function visualStudioCode(input: SnippetInput): Written {
  return {
    client: "vscode",
    title: "VS Code",
    reaches: "url",
    file: settingsFile(input.platform, "Code", "User", "mcp.json"),
    language: "json",
    text: json({
      servers: { [input.name]: { type: "http", url: input.url, ...headersOf(input) } },
    }),
    needsToken: input.needsToken,
    instruction:
      "Run “MCP: Open User Configuration” in VS Code, add it to that file, then press Start above the entry.",
  };
}

/** https://developers.openai.com/codex/mcp: `http_headers` holds values that do not change. */
function codex(input: SnippetInput): Written {
  const headers = input.needsToken
    ? [`http_headers = { Authorization = ${toml(authorization)} }`]
    : [];
  return {
    client: "codex",
    title: "Codex",
    reaches: "url",
    file: input.platform === "win32" ? "~\\.codex\\config.toml" : "~/.codex/config.toml",
    language: "toml",
    text: [`[mcp_servers.${input.name}]`, `url = ${toml(input.url)}`, ...headers].join("\n"),
    needsToken: input.needsToken,
    instruction: "Add it at the end of that file, then start Codex again.",
  };
}

function other(input: SnippetInput): Written {
  const header = input.needsToken ? [`Authorization: ${authorization}`] : [];
  return {
    client: "other",
    title: "Another client",
    reaches: "url",
    file: null,
    language: "text",
    text: [input.url, ...header].join("\n"),
    needsToken: input.needsToken,
    instruction: input.needsToken
      ? "Add a Streamable HTTP server with this URL and this header where the client keeps its servers."
      : "Add a Streamable HTTP server with this URL where the client keeps its servers.",
  };
}

/** Where each client leaves something of itself: a folder in the home folder, or a program. */
export const TRACES: Record<
  ClientKind,
  { folders: readonly string[]; programs: readonly string[] }
> = {
  "claude-code": { folders: [".claude", ".claude.json"], programs: ["claude"] },
  "claude-desktop": {
    folders: [".config/Claude", "Library/Application Support/Claude", "AppData/Roaming/Claude"],
    programs: [],
  },
  cursor: { folders: [".cursor"], programs: ["cursor"] },
  vscode: {
    folders: [
      ".vscode",
      ".config/Code/User",
      "Library/Application Support/Code/User",
      "AppData/Roaming/Code/User",
    ],
    programs: ["code"],
  },
  codex: { folders: [".codex"], programs: ["codex"] },
  other: { folders: [], programs: [] },
};
