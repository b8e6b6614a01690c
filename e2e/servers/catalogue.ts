import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StdioCommand } from "../fixtures/stdio-client.ts";

/** Where these servers are installed. */
export const SERVERS_DIRECTORY = fileURLToPath(new URL(".", import.meta.url));

export interface RealServer extends StdioCommand {
  /** What the gateway shall call it. */
  name: string;
  /** How many tools it lists to a client without capabilities. */
  tools: number;
}

/** The independent client: `inspector --cli`. */
export const INSPECTOR = join(
  SERVERS_DIRECTORY,
  "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);

/**
 * Published servers that list their tools without a network, an account or a browser. Each may
 * write in `directory`, and in nothing else.
 */
export const realServers = (directory: string): RealServer[] => {
  const server = (
    name: string,
    tools: number,
    entry: string,
    args: string[] = [],
    env: Record<string, string> = {},
  ): RealServer => ({
    name,
    tools,
    command: process.execPath,
    args: [join(SERVERS_DIRECTORY, "node_modules", entry), ...args],
    env,
  });

  return [
    server("everything", 13, "@modelcontextprotocol/server-everything/dist/index.js", ["stdio"]),
    server("filesystem", 14, "@modelcontextprotocol/server-filesystem/dist/index.js", [directory]),
    server("memory", 9, "@modelcontextprotocol/server-memory/dist/index.js", [], {
      MEMORY_FILE_PATH: join(directory, "memory.json"),
    }),
    server("thinking", 1, "@modelcontextprotocol/server-sequential-thinking/dist/index.js"),
    server("debug", 3, "@modelcontextprotocol/server-debug/dist/index.js", ["--stdio"]),
    server("calc", 21, "@coo-quack/calc-mcp/dist/index.js"),
    server("git", 28, "@cyanheads/git-mcp-server/dist/index.js", [], {
      LOGS_DIR: join(directory, "git-logs"),
      OTEL_ENABLED: "false",
    }),
    server("playwright", 25, "@playwright/mcp/cli.js"),
    server("chrome-devtools", 32, "chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js", [
      "--no-usage-statistics",
    ]),
    server("context7", 2, "@upstash/context7-mcp/dist/index.js"),
    server("chart", 27, "@antv/mcp-server-chart/build/index.js"),
    server("eslint", 1, "@eslint/mcp/src/mcp-cli.js"),
  ];
};
