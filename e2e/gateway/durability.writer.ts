import { createGateway } from "@local-mcp/gateway";

/**
 * Adds servers as fast as it can, and tells of each that was acknowledged: `durability.writer.ts
 * DIRECTORY FIRST-NUMBER`, until it is killed.
 */
const [dataDir = "", first = "0"] = process.argv.slice(2);
const { api } = await createGateway({ dataDir, kind: "cli", env: {} });
// Whoever was killed before may have made it.
await api.profiles.create({ slug: "dev" }).catch(() => {});
for (let number = Number(first); ; number += 1) {
  const name = `s${number}`;
  const config = { transport: "stdio" as const, command: "x" };
  await api.servers.create({ name, config, profiles: ["dev"] });
  await api.servers.update({ server: name, changes: { title: `Title ${number}` } });
  process.stdout.write(`${number}\n`);
}
