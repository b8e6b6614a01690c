import { GatewayError, type ServerUpdate } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { describe, expect, it } from "vitest";
import { buildConfig, changeConfig } from "./config.ts";
import { isMoved, refuseMove } from "./secret-move.ts";

const { config: before } = buildConfig(
  {
    transport: "http",
    url: "https://me:pass@mcp.test/mcp?key=k",
    headers: { Authorization: "Bearer x" },
  },
  {},
);
const marked = before.transport === "stdio" ? "" : before.url;

/** How many stored secrets a change would send elsewhere. */
function moved(changes: ServerUpdate, from: StoredServerConfig = before): number {
  try {
    refuseMove("web", from, changeConfig(from, changes).config);
    return 0;
  } catch (error) {
    if (error instanceof GatewayError && error.code === "secrets_would_move") {
      return Number(error.params.count);
    }
    throw error;
  }
}

it.each<[string, ServerUpdate, number]>([
  ["another host", { url: "https://evil.test/mcp" }, 1],
  ["another host, marks and all", { url: marked.replace("mcp.test", "evil.test") }, 3],
  ["another port", { url: "https://mcp.test:444/mcp" }, 1],
  ["no TLS any more", { url: "http://mcp.test/mcp" }, 1],
  ["a host that only begins the same", { url: "https://mcp.test.evil.test/mcp" }, 1],
  ["the host as a user", { url: "https://mcp.test@evil.test/mcp" }, 1],
  ["the other transport there", { url: "https://evil.test/sse", transport: "sse" }, 1],
  ["another path", { url: marked.replace("/mcp", "/other") }, 0],
  ["the same in another form", { url: "https://MCP.test:443/mcp" }, 0],
  ["the other transport at the same place", { transport: "sse" }, 0],
  ["with them given anew", { url: "https://evil.test/", headers: { authorization: "new" } }, 0],
  ["without them", { url: "https://evil.test/", headers: { Authorization: null } }, 0],
  ["a command in its place", { command: "npx", transport: "stdio" }, 0],
  ["no word of the URL", { title: "Web" }, 0],
])("%s", (_, changes, count) => {
  expect(moved(changes)).toBe(count);
});

describe("the secrets of a sign-in", () => {
  const { config: signedIn } = buildConfig(
    {
      transport: "http",
      url: "https://mcp.test/mcp",
      headers: {},
      signIn: {
        clientId: "id",
        clientSecret: "hush",
        issuer: "https://login.test",
        parameters: { key: "${secret:key}" },
      },
    },
    { key: "k" },
  );
  const anew = { clientSecret: "new", parameters: { key: null } };

  it.each<[string, ServerUpdate, number]>([
    ["another host of the server", { url: "https://evil.test/mcp" }, 2],
    ["another authorization server", { signIn: { issuer: "https://evil.test" } }, 2],
    ["one that the server names", { signIn: { issuer: null } }, 2],
    ["another one at the same host", { signIn: { issuer: "https://login.test/tenant" } }, 2],
    ["the same with a slash", { signIn: { issuer: "https://login.test/" } }, 0],
    ["with them given anew", { signIn: { issuer: "https://evil.test", ...anew } }, 0],
    [
      "with only some of them given anew",
      { signIn: { issuer: "https://evil.test", clientSecret: "new" } },
      1,
    ],
    ["all of it taken back", { signIn: null, url: "https://other.test/mcp" }, 0],
    ["another client id", { signIn: { clientId: "other" } }, 0],
  ])("%s", (_, changes, count) => {
    expect(moved(changes, signedIn)).toBe(count);
  });

  const { config: other } = buildConfig(
    {
      transport: "http",
      url: "https://mcp.test/mcp",
      headers: { "X-Key": "${secret:key}" },
      signIn: { issuer: "https://evil.test" },
    },
    { key: "k" },
  );
  const leak = { leak: "${secret:key}" };
  it.each<[string, ServerUpdate, number]>([
    ["one that only the server was shown", { signIn: { parameters: leak } }, 1],
    ["given anew for it", { signIn: { parameters: leak }, secrets: { key: "other" } }, 0],
    ["where the server names it", { signIn: { issuer: null, parameters: leak } }, 0],
  ])("%s", (_, changes, count) => {
    expect(moved(changes, other)).toBe(count);
  });
});

it.each<[string, ServerUpdate, boolean]>([
  ["another port", { url: "https://mcp.test:444/mcp" }, true],
  ["a command in its place", { command: "npx" }, true],
  ["another path", { url: "https://mcp.test/other" }, false],
  ["another header", { headers: { A: "b" } }, false],
])("a server is known to have moved: %s", (_, changes, isIt) => {
  expect(isMoved(before, changeConfig(before, { ...changes }).config)).toBe(isIt);
});

it("a command's secrets do not go to a URL", () => {
  const env = { KEY: { value: "secret", plain: false } };
  const stdio = buildConfig(
    { transport: "stdio", command: "npx", args: ["${secret:a}"], cwd: null, env },
    { a: "secret" },
  );
  const changes = { url: "https://evil.test/?a=${secret:a}" };
  expect(moved(changes, stdio.config)).toBe(0);
  expect(changeConfig(stdio.config, changes).config.secrets).toEqual({});
});
