import { expect, test } from "vitest";
import { readDeepLink } from "./deep-links.ts";

test.each([
  ["local-mcp-gateway://open/servers/abc/output", { type: "go", route: "/servers/abc/output" }],
  ["local-mcp-gateway://open/overview", { type: "go", route: "/overview" }],
  ["LOCAL-MCP-GATEWAY://open/settings", { type: "go", route: "/settings" }],
  [
    "local-mcp-gateway://add-servers?text=%7B%22mcpServers%22%3A%7B%7D%7D",
    { type: "add_servers_from", text: '{"mcpServers":{}}' },
  ],
])("%s leads to its place", (link, command) => {
  expect(readDeepLink(link)).toEqual(command);
});

test.each([
  "",
  "local-mcp-gateway:",
  "local-mcp-gateway://",
  "local-mcp-gateway://open",
  "local-mcp-gateway://open/",
  "local-mcp-gateway://open/nowhere",
  "local-mcp-gateway://open/servers?x=1",
  "local-mcp-gateway://open/servers#/settings",
  "local-mcp-gateway://open//evil.example",
  "local-mcp-gateway://open/../settings/%2e%2e",
  "local-mcp-gateway://user:pass@open/servers",
  "local-mcp-gateway://open:80/servers",
  "local-mcp-gateway://run/servers",
  "local-mcp-gateway://quit",
  "local-mcp-gateway://constructor/servers",
  "local-mcp-gateway://__proto__/servers",
  "local-mcp-gateway://add-servers",
  "local-mcp-gateway://add-servers?text=",
  "local-mcp-gateway://add-servers?text=a&text=b",
  "local-mcp-gateway://add-servers?text=a&start=1",
  "local-mcp-gateway://add-servers/x?text=a",
  `local-mcp-gateway://add-servers?text=${"a".repeat(70_000)}`,
  "https://open/servers",
  "javascript:alert(1)",
  "file:///etc/passwd",
])("%s leads nowhere", (link) => {
  expect(readDeepLink(link)).toBeNull();
});
