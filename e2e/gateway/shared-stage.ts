import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { ALL_CAPABILITIES } from "../fixtures/conformance/modern-client.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, names } from "../fixtures/test-support.ts";
import { conformance } from "./era-gateway.ts";
import { type ServerConfig, startGateway, type TestGateway, until } from "./test-gateway.ts";

export const SECRET = { AUTH_ENCRYPTION_SECRET: "a secret that opens the vault of this test" };

/** A data directory that gateways can be started from: one server, the profile `dev`, and a token. */
export interface Seed {
  root: string;
  token: string;
  tokenId: string;
}

/** Makes one, with a vault. No gateway holds it when this resolves. */
export async function seed(server?: ServerConfig): Promise<Seed> {
  const root = mkdtempSync(join(tmpdir(), "shared-seed-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  const gateway = await createGateway({
    dataDir: join(root, "data"),
    kind: "cli",
    env: { PATH: process.env.PATH, HOME: root, ...SECRET },
  });
  try {
    const config = server ?? (await conformance("legacy"));
    await gateway.api.servers.create({ name: "far", config, confirmed: true });
    // Of it there is nothing but a secret, which makes the vault.
    const env = { SECRET: { value: "one that makes the vault" } };
    const unused = { transport: "stdio" as const, command: process.execPath, args: [], env };
    await gateway.api.servers.create({ name: "unused", config: unused, enabled: false });
    await gateway.api.profiles.create({ slug: "dev", servers: ["far"] });
    const { token, id } = await gateway.api.tokens.create({ name: "test", profile: "dev" });
    return { root, token, tokenId: id };
  } finally {
    await gateway.close();
  }
}

export interface SharedGateway extends TestGateway {
  url: string;
}

/** Starts a gateway over a copy of the seed; it joins the others on the store that `env` names. */
export async function joining(from: Seed, env: NodeJS.ProcessEnv): Promise<SharedGateway> {
  const root = mkdtempSync(join(tmpdir(), "shared-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  cpSync(from.root, root, { recursive: true });
  const started = await startGateway({ root, env: { ...SECRET, ...env } });
  return { ...started, ...(await started.gateway.listen()) };
}

/** The same client as each gateway sees it, once the first has opened its session. */
export async function clientOver(
  gateways: readonly SharedGateway[],
  { token }: Seed,
): Promise<McpClient[]> {
  const clients = gateways.map(
    ({ url }) => new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` }),
  );
  const [first] = clients;
  if (!first) throw new Error("no gateway");
  await first.initialize({ capabilities: ALL_CAPABILITIES });
  for (const client of clients) {
    client.sessionId = first.sessionId;
    client.protocolVersion = first.protocolVersion;
    await until(
      () => client.request("tools/list"),
      (list) => names(list).includes("slow_echo"),
    );
  }
  return clients;
}
