import { expect, test } from "vitest";
import { PLAIN_SIGN_IN } from "./edit-sign-in.ts";
import { serverJson } from "./server-json.ts";
import { aServer } from "./servers.fixture.ts";

test("a command is copied with plain values and names for the secrets", () => {
  const text = serverJson(
    aServer({
      config: {
        transport: "stdio",
        command: "npx",
        args: ["-y", "x"],
        cwd: "/srv",
        env: {
          MODE: { plain: true, value: "fast" },
          API_KEY: { plain: false, secret: { set: true, hint: "4f2a" } },
        },
      },
    }),
  );
  expect(JSON.parse(text)).toEqual({
    mcpServers: {
      files: {
        command: "npx",
        args: ["-y", "x"],
        cwd: "/srv",
        env: { MODE: "fast", API_KEY: "YOUR_API_KEY" },
      },
    },
  });
  expect(text).not.toContain("4f2a");
});

test("a remote server is copied with its URL and the names of its headers", () => {
  const text = serverJson(
    aServer({
      config: {
        transport: "sse",
        url: "https://x.test/sse",
        headers: {
          Authorization: { set: true, hint: null },
          "X-Key": { template: "Key ${secret:api-key}" },
        },
        signIn: PLAIN_SIGN_IN,
      },
    }),
  );
  expect(JSON.parse(text).mcpServers.files).toEqual({
    type: "sse",
    url: "https://x.test/sse",
    headers: { Authorization: "YOUR_AUTHORIZATION", "X-Key": "Key YOUR_API_KEY" },
  });
});
