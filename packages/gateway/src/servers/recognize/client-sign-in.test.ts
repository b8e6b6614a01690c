import { expect, it } from "vitest";
import { readServers } from "./recognize.ts";

const read = (text: string) => readServers(text, { home: "/home/me", isOurselves: () => false });

it("names what it leaves without a value, and keeps nothing that may be a secret beside it", () => {
  const { servers } = read(
    '{"a":{"url":"https://h/mcp","headers":{"X-Key":"abc ${KEY}"},"oauth":{"clientId":"YOUR_CLIENT_ID","clientSecret":"<client secret>"}}}',
  );
  expect(servers[0]).toMatchObject({
    missing: ["header “X-Key”", "client id", "client secret"],
    server: { config: { transport: "http", url: "https://h/mcp", headers: {} } },
  });
  expect(JSON.stringify(servers[0])).not.toMatch(/abc|signIn/);
});

const client = { clientId: "id-1", clientSecret: "hush" };
it.each([
  [
    "Claude Code",
    {
      oauth: { clientId: "id-1", callbackPort: 8080, scopes: "a b", authServerMetadataUrl: "x" },
    },
    { clientId: "id-1", redirectPort: 8080, scopes: ["a", "b"] },
  ],
  ["VS Code", { oauth: { clientId: "id-1" } }, { clientId: "id-1" }],
  [
    "Cursor",
    { auth: { CLIENT_ID: "id-1", CLIENT_SECRET: "hush", scopes: ["a"] } },
    { ...client, scopes: ["a"] },
  ],
  ["Zed", { oauth: { client_id: "id-1", client_secret: "hush" } }, client],
  [
    "Gemini",
    { oauth: { enabled: true, ...client, authorizationUrl: "https://h/a", scopes: ["a"] } },
    { ...client, scopes: ["a"] },
  ],
  ["opencode", { oauth: { ...client, scope: "a b" } }, { ...client, scopes: ["a", "b"] }],
  ["one that turns it off", { oauth: false }, { kind: "off" }],
  ["one that says nothing of it", { oauth: {}, auth: "oauth" }, undefined],
  [
    "what cannot be read",
    { oauth: { clientId: 7, callbackPort: 80, scopes: ['"'] }, auth: [1] },
    undefined,
  ],
])("takes over how a server is signed in to: %s", (_, members, signIn) => {
  const text = JSON.stringify({ mcpServers: { a: { url: "https://h/mcp", ...members } } });
  const [found] = read(text).servers;
  expect(found?.server?.config).toEqual({
    transport: "http",
    url: "https://h/mcp",
    headers: {},
    ...(signIn && { signIn }),
  });
});

it("takes the client of “claude mcp add” over, whose secret it asks for", () => {
  const [found] = read(
    "claude mcp add --transport http --client-id id-1 --client-secret --callback-port 8080 acme https://h/mcp",
  ).servers;
  expect(found).toMatchObject({
    server: { name: "acme", config: { signIn: { clientId: "id-1", redirectPort: 8080 } } },
  });
});
