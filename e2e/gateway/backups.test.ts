import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { AuditEntry } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { startGateway, until } from "./test-gateway.ts";

const ENV = { AUTH_ENCRYPTION_SECRET: "long enough for a test" };
const PASSPHRASE = "correct horse battery staple";
const HEADER = "canary-of-the-remote-server-4417";

const remote = {
  transport: "http" as const,
  url: "http://127.0.0.1:9/mcp",
  headers: { Authorization: `Bearer ${HEADER}` },
};

/** Every byte that is anywhere below a directory, as text of one byte each. */
const written = (root: string): string =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");

const actionsOf = (entries: AuditEntry[]): string[] =>
  entries.map(({ action, outcome, actor }) => `${action} ${outcome} ${actor.kind}`);

describe("backups of a gateway", () => {
  it("are made with the passphrase that is kept, and say what they hold", async () => {
    const { api, dataDir, root, log } = await startGateway({ env: ENV });
    await api.servers.create({ name: "remote", config: remote, enabled: false });
    await api.profiles.create({ slug: "work", servers: ["remote"] });
    await expect(api.backups.create({})).rejects.toMatchObject({
      data: { code: "backup_passphrase_missing" },
    });
    expect((await api.backups.list()).health.state).toBe("no_passphrase");

    const { passphrase } = await api.backups.keepPassphrase({});
    expect(passphrase).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect((await api.backups.list()).health.state).toBe("never");
    const made = await api.backups.create({});
    const counts = { servers: 1, profiles: 1, tokens: 0, signIns: 0, secrets: 2 };
    expect(made).toMatchObject({ kind: "manual", encrypted: true, state: "verified", counts });
    const view = await api.backups.list();
    expect(view).toMatchObject({
      backups: [made],
      health: { state: "good" },
      lastGood: made,
      undo: null,
      schedule: {
        enabled: true,
        time: "02:00",
        keep: 14,
        folder: join(dataDir, "backups"),
        passphrase: { set: true },
        // It does not serve, so none is due.
        nextAt: null,
      },
      job: { kind: "create", state: "done" },
    });

    const report = await api.backups.verify({ backup: made.id, drill: true });
    expect(report).toMatchObject({ verified: true, contents: { secrets: "sealed", counts } });
    expect(report.drill).toEqual([
      "Its database opens.",
      "Its lists can be read: 1 server, 1 profile, 0 access tokens.",
      "It holds 2 secrets; one was opened.",
    ]);
    // Nothing of the stage is left, and nothing of what was given or made is anywhere in clear.
    expect(readdirSync(join(dataDir, "restore"))).toEqual([]);
    const told = JSON.stringify([view, report, log, await api.audit.list({})]) + written(root);
    expect(told).not.toContain(passphrase);
    expect(told).not.toContain(HEADER);
    const { entries } = await api.audit.list({ action: "backup." });
    expect(actionsOf(entries)).toEqual([
      "backup.verify ok cli",
      "backup.create ok cli",
      "backup.passphrase ok cli",
    ]);
    const findings = (await api.status.doctor()).findings.filter(({ area }) => area === "backups");
    expect(findings.map(({ level, message }) => [level, message.slice(0, 27)])).toEqual([
      ["ok", "The last good backup is loc"],
      ["ok", "Backups are kept in " + join(dataDir, "backups").slice(0, 7)],
    ]);
  });

  it("are called damaged once somebody has found them to be, and are good no more", async () => {
    const { api, gateway, dataDir } = await startGateway({ env: ENV });
    const made = await api.backups.create({ passphrase: PASSPHRASE });
    await expect(
      api.backups.verify({ backup: made.id, passphrase: "another one, not this" }),
    ).rejects.toMatchObject({ data: { code: "backup_wrong_passphrase" } });
    // Nobody gave one, so nobody is told that theirs is wrong.
    await expect(api.backups.verify({ backup: made.id })).rejects.toMatchObject({
      data: { code: "backup_passphrase_needed" },
    });
    expect((await api.backups.list()).lastGood?.id).toBe(made.id);

    const path = join(dataDir, "backups", made.name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(
      api.backups.verify({ backup: made.id, passphrase: PASSPHRASE }),
    ).rejects.toMatchObject({ data: { code: "backup_damaged" } });
    expect(await api.backups.list()).toMatchObject({
      backups: [{ id: made.id, state: "damaged" }],
      lastGood: null,
    });

    const { backup } = await gateway.backups.receive("mine.age", Readable.from([bytes]), null);
    await expect(api.backups.preview({ backup, passphrase: PASSPHRASE })).rejects.toMatchObject({
      data: { code: "backup_damaged", params: { name: "mine.age" } },
    });
    await api.backups.remove({ backup: made.id });
    expect(readdirSync(join(dataDir, "backups"))).toEqual([]);
  });

  it("without encryption hold no secret, and are not what is counted on", async () => {
    const { api, dataDir } = await startGateway({ env: ENV });
    await api.servers.create({ name: "remote", config: remote, enabled: false });
    const kept = await api.backups.keepPassphrase({ passphrase: PASSPHRASE });
    expect(kept).toEqual({ passphrase: null });
    for (const wish of [
      { unencrypted: true, passphrase: PASSPHRASE },
      { unencrypted: true, parts: ["environment" as const] },
    ]) {
      await expect(api.backups.create(wish)).rejects.toMatchObject({
        data: { code: "validation_failed" },
      });
    }
    const made = await api.backups.create({ unencrypted: true });
    expect(made).toMatchObject({ encrypted: false, state: "verified", counts: { secrets: 0 } });
    const report = await api.backups.verify({ backup: made.id });
    expect(report.contents.secrets).toBe("none");
    expect(readFileSync(join(dataDir, "backups", made.name), "latin1")).not.toContain("v1.");
    expect(await api.backups.list()).toMatchObject({ lastGood: null, health: { state: "never" } });
  });

  it("go where a person says, which has to be there, and are missed where it is gone", async () => {
    const { api, gateway, root } = await startGateway({ env: ENV });
    const folder = join(root, "disk");
    const refused = (backupFolder: string) =>
      expect(api.settings.update({ backupFolder })).rejects.toMatchObject({
        data: { code: "backup_folder_unusable" },
      });
    await refused(folder);
    await refused("disk");
    mkdirSync(folder);
    writeFileSync(join(root, "file"), "");
    await refused(join(root, "file"));
    await api.settings.update({ backupFolder: folder });
    await api.backups.keepPassphrase({ passphrase: PASSPHRASE });
    const made = await api.backups.create({ unencrypted: true });
    expect(readdirSync(folder)).toEqual([made.name, `${made.name}.json`]);

    const warnings = async () => (await api.status.get()).warnings.map(({ code }) => code);
    expect(await warnings()).toEqual([]);
    const told = new Promise<void>((resolve) => {
      const stop = gateway.events.on(({ type }) => {
        if (type !== "gateway.status") return;
        stop();
        resolve();
      });
    });
    rmSync(folder, { recursive: true });
    expect((await api.backups.list()).health).toMatchObject({
      state: "folder_gone",
      message: `Backups cannot be written to ${folder}: it is not there.`,
    });
    await told;
    expect(await warnings()).toEqual(["backup_folder_unusable"]);
    await expect(api.backups.create({ unencrypted: true })).rejects.toMatchObject({
      data: { code: "backup_folder_unusable" },
    });
    await api.settings.update({ backupFolder: null });
    await until(warnings, (codes) => codes.length === 0);
  });

  it("are nobody's to read who may only manage", async () => {
    const { api, gateway, dataDir } = await startGateway({ env: ENV });
    const { token } = await api.tokens.create({ name: "manager", rights: ["manage"] });
    const { url } = await gateway.listen();
    const send = async (method: string, path: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
      });
      const { code, data }: { code?: string; data?: { code: string } } = await answer.json();
      return data?.code ?? code ?? answer.status;
    };
    expect(await send("POST", "/backups", { passphrase: PASSPHRASE })).toBe("token_lacks_right");
    expect(await send("PUT", "/backups/passphrase", {})).toBe("token_lacks_right");
    expect(await send("POST", "/backups/undo")).toBe("token_lacks_right");
    expect(await send("PATCH", "/settings", { backupFolder: dataDir })).toBe("token_lacks_right");
    const made = await api.backups.create({ unencrypted: true });
    const restore = await send("POST", `/backups/${made.id}/restore`, {});
    expect(restore).toBe("token_lacks_right");
    expect(await send("POST", `/backups/${made.id}/verify`, {})).toBe(200);
    expect(await send("POST", "/backups", { unencrypted: true })).toBe(201);
    const { entries } = await api.audit.list({ actor: "manager", action: "backup." });
    expect(actionsOf(entries).toSorted()).toEqual([
      "backup.create failed token",
      "backup.create ok token",
      "backup.passphrase failed token",
      "backup.restore failed token",
      "backup.undo failed token",
      "backup.verify ok token",
    ]);
  });

  it("are not made by a command for the next days", async () => {
    const command = await startGateway({ env: ENV, kind: "cli" });
    await command.api.backups.keepPassphrase({ passphrase: PASSPHRASE });
    await command.gateway.listen();
    expect((await command.api.backups.list()).schedule.nextAt).toBeNull();
    const { root } = command;
    await command.gateway.close();
    const served = await startGateway({ env: ENV, root });
    await served.gateway.listen();
    const at = await until(
      async () => (await served.api.backups.list()).schedule.nextAt,
      (next) => next !== null,
    );
    expect(at).toBeGreaterThan(Date.now() + 60_000);
    await served.api.settings.update({ backupDaily: false });
    expect(await served.api.backups.list()).toMatchObject({
      schedule: { enabled: false, nextAt: null },
      health: { state: "off" },
    });
  });
});
