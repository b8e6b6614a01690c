/** One of each kind of text that the paste box recognises, with values that look like secrets. */
export const PASTED: Record<string, string> = {
  "an npx line": "GITHUB_TOKEN=ghp_0123456789abcdefghij npx -y @modelcontextprotocol/server-github",
  "claude mcp add":
    'claude mcp add --transport http notion https://mcp.example.com/mcp --header "Authorization: Bearer abcdefghijklmnop"',
  "JSON with mcpServers": JSON.stringify({
    mcpServers: {
      GitHub: {
        command: "npx",
        args: ["-y", "@modelcontextprotocol/server-github", "--token", "ghp_0123456789abcdefghij"],
        env: { GITHUB_TOKEN: "ghp_0123456789abcdefghij", LOG_LEVEL: "info" },
      },
      "Bad Name!": { command: "uvx", args: ["mcp-server-time"] },
      search: { type: "sse", url: "https://mcp.example.com/sse?key=0123456789abcdef" },
      unreadable: { args: ["without", "a", "command"] },
    },
  }),
  "JSON with servers": JSON.stringify({
    servers: { docs: { type: "http", url: "https://mcp.example.com/mcp" } },
  }),
  TOML: '[mcp_servers.docs]\ncommand = "npx"\nargs = ["-y", "docs-mcp"]\nenv = { API_KEY = "0123456789abcdef" }\n',
  "a URL": "https://mcp.example.com/mcp?api_key=0123456789abcdef",
};
