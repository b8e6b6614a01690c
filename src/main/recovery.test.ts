import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type GatewayOptions, openRecovery } from "@local-mcp/gateway";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Recovery } from "./recovery.ts";

let seeded: string;
beforeAll(async () => {
  seeded = mkdtempSync(join(tmpdir(), "recovery-"));
  const gateway = await createGateway({ dataDir: seeded, env: {}, kind: "app" });
  await gateway.api.profiles.create({ slug: "dev", name: "Development" });
  await gateway.api.backups.create({ unencrypted: true });
  await gateway.close();
  const database = join(seeded, "local-mcp-gateway.db");
  writeFileSync(database, readFileSync(database).fill(0xff, 4096, 12_288));
}, 60_000);
afterAll(() => rmSync(seeded, { recursive: true, force: true }));

let directory: string;
let options: GatewayOptions;
let recovery: Recovery;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "recovery-"));
  cpSync(seeded, directory, { recursive: true });
  options = { dataDir: directory, env: {}, kind: "app" };
  recovery = new Recovery(() => openRecovery(options));
});
afterEach(async () => {
  await recovery.close();
  rmSync(directory, { recursive: true, force: true });
});

const profiles = async (): Promise<string[]> => {
  const gateway = await createGateway(options);
  const names = (await gateway.api.profiles.list()).map(({ name }) => name);
  await gateway.close();
  return names;
};

test("a backup takes the place of a damaged database, by an id that is no path", async () => {
  await expect(createGateway(options)).rejects.toMatchObject({ code: "database_damaged" });
  // Asked twice at once the second waits for the first, since one alone may hold the directory.
  const [[backup], again] = await Promise.all([recovery.backups(), recovery.backups()]);
  expect(again).toHaveLength(1);
  const name = backup?.name ?? "";
  const given = recovery.give(join(directory, "backups", name));
  expect(given).toEqual({ backup: "given-1", name });
  await recovery.restore(given.backup, null);
  expect(recovery.job).toBeNull();
  expect(await profiles()).toContain("Development");
}, 60_000);

test("what fails leaves the directory to whoever comes next", async () => {
  await expect(recovery.restore("no-such.age", null)).rejects.toMatchObject({
    code: "backup_not_found",
  });
  const other = await openRecovery(options);
  await expect(recovery.backups()).rejects.toMatchObject({ code: "data_dir_held" });
  await other.close();
  expect(await recovery.backups()).toHaveLength(1);
});
