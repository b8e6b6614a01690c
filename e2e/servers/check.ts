/** Starts each of the real servers alone and counts its tools: `node e2e/servers/check.ts`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRecord } from "../fixtures/json-rpc.ts";
import { StdioClient } from "../fixtures/stdio-client.ts";
import { ensureInstalled } from "../install.ts";
import { realServers, SERVERS_DIRECTORY, type RealServer } from "./catalogue.ts";

const count = async (server: RealServer): Promise<number> => {
  const client = new StdioClient(server);
  try {
    await client.initialize();
    const result = await client.request("tools/list");
    if (!isRecord(result) || !Array.isArray(result.tools)) throw new Error("no list of tools");
    return result.tools.length;
  } finally {
    await client.close();
  }
};

await ensureInstalled(SERVERS_DIRECTORY);
const directory = await mkdtemp(join(tmpdir(), "real-servers-"));
try {
  for (const server of realServers(directory)) {
    const started = performance.now();
    const tools = await count(server);
    const ms = Math.round(performance.now() - started);
    const verdict = tools === server.tools ? "" : `, but ${server.tools} are expected`;
    console.log(`${server.name.padEnd(16)} ${String(tools).padStart(3)} tools  ${ms} ms${verdict}`);
    if (verdict) process.exitCode = 1;
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
