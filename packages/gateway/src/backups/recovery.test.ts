import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "../gateway.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openRecovery } from "./recovery.ts";

let seeded: string;
let name: string;
beforeAll(async () => {
  seeded = mkdtempSync(join(tmpdir(), "recovery-"));
  const gateway = await createGateway({ dataDir: seeded, env: {}, kind: "cli" });
  const { api } = gateway;
  const config = { transport: "stdio" as const, command: "node", args: ["theirs.js"] };
  await api.servers.create({ name: "theirs", config, confirmed: true });
  await api.settings.update({ host: "0.0.0.0" });
  ({ name } = await api.backups.create({ unencrypted: true }));
  await gateway.close();
  const database = join(seeded, "local-mcp-gateway.db");
  writeFileSync(database, readFileSync(database).fill(0xff, 4096, 12_288));
}, 60_000);
afterAll(() => rmSync(seeded, { recursive: true, force: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "recovery-"));
  cpSync(seeded, directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What a restore says, and whether its command may start and where it listens afterwards. */
const restored = async (source: { file: string }) => {
  const options = { dataDir: directory, env: {}, kind: "cli" } as const;
  const recovery = await openRecovery(options);
  await recovery.restore(source, null);
  const notes = recovery.job()?.notes ?? [];
  await recovery.close();
  const gateway = await createGateway(options);
  const [server] = await gateway.api.servers.list();
  const host = (await gateway.api.settings.list()).find(({ key }) => key === "host")?.value;
  await gateway.close();
  return { confirmed: server?.confirmed, host, notes };
};

test("a file from elsewhere, which nobody was shown, starts nothing and listens to nobody", async () => {
  const file = join(directory, "theirs.db");
  copyFileSync(join(directory, "backups", name), file);
  expect(await restored({ file })).toEqual({
    confirmed: false,
    host: "127.0.0.1",
    notes: expect.arrayContaining([
      "Commands start once they are allowed on this computer: “theirs”.",
      "Only this computer is listened to, as long as nothing else is set.",
    ]),
  });
}, 60_000);

test("a backup that is listed here, also named by its path, is as it was", async () => {
  const file = join(directory, "backups", name);
  expect(await restored({ file })).toMatchObject({ confirmed: true, host: "0.0.0.0" });
}, 60_000);
