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
  /**
   * How many it lists to the gateway, which declares what all of its clients together may be able
   * to do: elicitation, sampling and MCP Apps, but no roots.
   */
  toolsForGateway: number;
  /** Which era the gateway finds it in. */
  era: "legacy" | "modern";
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
    toolsForGateway: tools,
    era: "legacy",
    command: process.execPath,
    args: [join(SERVERS_DIRECTORY, "node_modules", entry), ...args],
    env,
  });

  return [
    {
      ...server("everything", 13, "@modelcontextprotocol/server-everything/dist/index.js", [
        "stdio",
      ]),
      // Beside them two tools that ask the person and one that asks the model.
      toolsForGateway: 16,
    },
    server("filesystem", 14, "@modelcontextprotocol/server-filesystem/dist/index.js", [directory]),
    server("memory", 9, "@modelcontextprotocol/server-memory/dist/index.js", [], {
      MEMORY_FILE_PATH: join(directory, "memory.json"),
    }),
    server("thinking", 1, "@modelcontextprotocol/server-sequential-thinking/dist/index.js"),
    ...[
      { app: "debug", tools: 3 },
      { app: "basic-vanillajs", tools: 1 },
      { app: "budget-allocator", tools: 1 },
      { app: "system-monitor", tools: 2 },
      { app: "pdf", tools: 9 },
    ].map(({ app, tools }) =>
      server(app, tools, `@modelcontextprotocol/server-${app}/dist/index.js`, ["--stdio"]),
    ),
    server("calc", 21, "@coo-quack/calc-mcp/dist/index.js"),
    server("git", 28, "@cyanheads/git-mcp-server/dist/index.js", [], {
      LOGS_DIR: join(directory, "git-logs"),
      OTEL_ENABLED: "false",
    }),
    server("playwright", 25, "@playwright/mcp/cli.js"),
    server("chrome-devtools", 32, "chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js", [
      "--no-usage-statistics",
    ]),
    // Speaks both.
    { ...server("context7", 2, "@upstash/context7-mcp/dist/index.js"), era: "modern" },
    server("chart", 27, "@antv/mcp-server-chart/build/index.js"),
    server("eslint", 1, "@eslint/mcp/src/mcp-cli.js"),
  ];
};
