import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { restartTroubled } from "./troubled-servers.ts";

let dataDir: string;
let gateway: Gateway;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "troubled-"));
  gateway = await createGateway({ dataDir, env: {}, settings: { port: 0 }, kind: "app" });
});
afterEach(async () => {
  await gateway.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("servers in trouble are started again, and nobody's choice is undone", async () => {
  const { api, events } = gateway;
  const config = { transport: "stdio" as const, command: join(dataDir, "none") };
  await api.servers.create({ name: "broken", config, confirmed: true });
  await api.servers.create({ name: "off", config, confirmed: true, enabled: false });
  await api.servers.create({ name: "unseen", config });
  await gateway.listen();
  const states = async () =>
    Object.fromEntries((await api.servers.list()).map(({ name, status }) => [name, status.state]));
  await vi.waitFor(async () => expect((await states())["broken"]).toMatch(/failed|retrying/));

  const { id } = await api.servers.get({ server: "broken" });
  const changed = new Set<string>();
  const stop = events.on((event) => {
    if (event.type === "server.status") changed.add(event.serverId);
  });
  await restartTroubled(gateway);
  // What was under way when it began may be told of the others now.
  await vi.waitFor(() => expect([...changed]).toContain(id));
  stop();
  expect(await states()).toMatchObject({ off: "off", unseen: "unconfirmed" });
});
