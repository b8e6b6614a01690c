import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway, type GatewayOptions } from "@local-mcp/gateway";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, fixtureFile } from "../fixtures/test-support.ts";

/** A real gateway on a directory of its own, with what it logged. */
export interface TestGateway {
  gateway: Gateway;
  api: Gateway["api"];
  root: string;
  dataDir: string;
  log: string[];
}

export async function startGateway(
  options: Partial<GatewayOptions> & { root?: string } = {},
): Promise<TestGateway> {
  const root = options.root ?? mkdtempSync(join(tmpdir(), "gateway-test-"));
  const dataDir = join(root, "data");
  const log: string[] = [];
  const gateway = await createGateway({
    dataDir,
    kind: "serve",
    settings: { port: 0 },
    log: (line) => log.push(line),
    ...options,
    env: { PATH: process.env.PATH, HOME: root, ...options.env },
  });
  afterTest(async () => {
    await gateway.close();
    if (options.root === undefined) rmSync(root, { recursive: true, force: true });
  });
  return { gateway, api: gateway.api, root, dataDir, log };
}

/** Configuration of a fixture server over stdio. */
export const fixture = (...args: string[]) => ({
  transport: "stdio" as const,
  command: process.execPath,
  args: [fixtureFile("stdio-server.mjs"), ...args],
});

export const hostile = (...args: string[]) => ({
  transport: "stdio" as const,
  command: process.execPath,
  args: [fixtureFile("hostile-stdio.mjs"), ...args],
});

export type ServerConfig = Parameters<Gateway["api"]["servers"]["create"]>[0]["config"];

/** A gateway that serves these servers in the profile `dev`, and a client of it. */
export async function serve(
  servers: Record<string, ServerConfig>,
  options: { startTimeoutMs?: number; gateway?: Parameters<typeof startGateway>[0] } = {},
) {
  const started = await startGateway(options.gateway);
  const { api, gateway } = started;
  const limits = { startTimeoutMs: options.startTimeoutMs ?? 10_000 };
  for (const [name, config] of Object.entries(servers)) {
    await api.servers.create({ name, config, confirmed: true, limits });
  }
  await api.profiles.create({ slug: "dev", servers: Object.keys(servers) });
  const { token } = await api.tokens.create({ name: "test", profile: "dev" });
  const { url } = await gateway.listen();
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize();
  return { ...started, url, token, client };
}

/** Waits until `holds`; the test's own time limit bounds it. */
export async function until<T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
