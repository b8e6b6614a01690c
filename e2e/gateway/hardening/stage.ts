import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway, type GatewayOptions } from "@local-mcp/gateway";

/** A gateway for all tests of a file, with a profile `dev` that has no servers. */
export interface Stage {
  gateway: Gateway;
  api: Gateway["api"];
  url: string;
  log: string[];
  /** A token with every right. */
  token: string;
  close(): Promise<void>;
}

export async function startStage(options: Partial<GatewayOptions> = {}): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), "hardening-"));
  const log: string[] = [];
  const gateway = await createGateway({
    dataDir: join(root, "data"),
    kind: "serve",
    settings: { port: 0 },
    log: (line) => log.push(line),
    ...options,
    env: { PATH: process.env.PATH, HOME: root, ...options.env },
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const { api } = gateway;
    await api.profiles.create({ slug: "dev" });
    const rights = ["use", "manage", "processes"] as const;
    const { token } = await api.tokens.create({ name: "all", rights: [...rights] });
    const { url } = await gateway.listen();
    return { gateway, api, url, log, token, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "hardening", version: "1" },
  },
});

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
