import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const EVERYTHING = "node_modules/@modelcontextprotocol/server-everything/dist/index.js";
const FILES = "node_modules/@modelcontextprotocol/server-filesystem/dist/index.js";

/** Two published servers and the official client, neither of them ours. */
describe("the official SDK client in front of two published servers", () => {
  const root = mkdtempSync(join(tmpdir(), "sdk-client-"));
  let gateway: Gateway;
  let client: Client;

  beforeAll(async () => {
    gateway = await createGateway({
      dataDir: join(root, "data"),
      kind: "serve",
      env: { PATH: process.env.PATH, HOME: root },
      settings: { port: 0 },
    });
    const node = (...args: string[]) => ({ transport: "stdio" as const, command: "node", args });
    await gateway.api.servers.create({
      name: "everything",
      confirmed: true,
      config: node(EVERYTHING, "stdio"),
    });
    await gateway.api.servers.create({ name: "files", confirmed: true, config: node(FILES, root) });
    await gateway.api.profiles.create({ slug: "dev", servers: ["everything", "files"] });
    await gateway.api.profiles.capabilities({ profile: "dev" });
    const { token } = await gateway.api.tokens.create({ name: "sdk", profile: "dev" });
    const { url } = await gateway.listen();
    client = new Client({ name: "sdk", version: "1.0.0" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${url}/mcp/dev`), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    );
  });

  afterAll(async () => {
    await client.close();
    await gateway.close();
    rmSync(root, { recursive: true, force: true });
  });

  it("lists the tools of both, in the profile's order", async () => {
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toContain("echo");
    expect(names.indexOf("echo")).toBeLessThan(names.indexOf("read_text_file"));
    // Three of the first one's tools are there for gateways that can ask their clients.
    expect(names).toHaveLength(16 + 14);
  });

  it("calls a tool and shows its progress", async () => {
    const seen: number[] = [];
    const result = await client.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 1, steps: 4 } },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(JSON.stringify(result.content)).toContain("completed");
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("gets prompts and reads resources, listed and by template", async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts.length).toBeGreaterThan(0);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.length).toBeGreaterThan(0);
    const { contents } = await client.readResource({ uri: "demo://resource/dynamic/text/1" });
    expect(JSON.stringify(contents)).toContain("Resource 1");
  });

  it("says what is wrong with an unknown tool", async () => {
    await expect(client.callTool({ name: "nothing-like-it" })).rejects.toThrow(/Unknown tool/);
  });
});
