import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGateway, type Gateway, openRecovery } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway, until } from "./test-gateway.ts";

const SECRET = "long enough for a test";
const PASSPHRASE = "correct horse battery staple";
const TOKEN = "canary-of-the-remote-server-7781";

/** Null while it is being restored: there is nobody to ask. */
const jobOf = async ({ api }: Pick<Gateway, "api">) => (await api.backups.job()).job;

const ended = async (gateway: Gateway): Promise<string> => {
  const job = await until(
    async () => {
      try {
        return await jobOf(gateway);
      } catch {
        return null;
      }
    },
    (job) => job !== null && job.state !== "running",
  );
  return [job?.state, job?.problem?.code].filter(Boolean).join(" ");
};

const start = (env: Record<string, string> = { AUTH_ENCRYPTION_SECRET: SECRET }) =>
  startGateway({ kind: "serve", env });

const names = async ({ api }: Gateway): Promise<string[]> =>
  (await api.servers.list()).map(({ name }) => name);

const addRemote = (api: Gateway["api"], name: string) =>
  api.servers.create({
    name,
    config: {
      transport: "http",
      url: "http://127.0.0.1:9/mcp",
      headers: { Authorization: `Bearer ${TOKEN}` },
    },
    enabled: false,
  });

describe("a restore", () => {
  it("brings everything back at the same URL, keeps what is newer, and can be undone", async () => {
    const { gateway, dataDir } = await start();
    const { url } = await gateway.listen();
    await addRemote(gateway.api, "one");
    await gateway.api.profiles.create({ slug: "work", servers: ["one"] });
    const kept = await gateway.api.tokens.create({ name: "kept", rights: ["manage"] });
    const revoked = await gateway.api.tokens.create({ name: "revoked", rights: ["manage"] });
    const backup = await gateway.api.backups.create({ passphrase: PASSPHRASE });
    expect(backup).toMatchObject({ kind: "manual", encrypted: true, state: "verified" });

    await addRemote(gateway.api, "two");
    await gateway.api.servers.remove({ server: "one" });
    await gateway.api.tokens.revoke({ token: revoked.id });
    const preview = await gateway.api.backups.preview({
      backup: backup.id,
      passphrase: PASSPHRASE,
    });
    expect(preview.changes).toEqual(
      expect.arrayContaining([
        { kind: "server", name: "one", change: "added" },
        { kind: "server", name: "two", change: "removed" },
      ]),
    );
    expect(preview.stays.join(" ")).toContain("revoked");

    await gateway.api.backups.restore({
      backup: backup.id,
      passphrase: PASSPHRASE,
      digest: preview.digest,
    });
    expect(await ended(gateway)).toBe("done");
    expect(await names(gateway)).toEqual(["one"]);
    const asked = (token: string) =>
      fetch(`${url}/api/servers`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asked(kept.token)).status).toBe(200);
    expect((await asked(revoked.token)).status).toBe(401);
    expect(existsSync(join(dataDir, "restore.json"))).toBe(false);
    expect(existsSync(join(dataDir, "restore"))).toBe(false);
    const { entries } = await gateway.api.audit.list({ action: "backup.restore" });
    expect(entries).toMatchObject([{ outcome: "ok", subject: { name: backup.name } }]);
    const { entries: starts } = await gateway.api.audit.list({ action: "gateway.start" });
    expect(starts.map(({ detail }) => detail.before)).toEqual(["restored", undefined]);

    const { undo } = await gateway.api.backups.list();
    expect(undo).toMatchObject({ from: backup.name });
    await gateway.api.backups.undo();
    expect(await ended(gateway)).toBe("done");
    expect(await names(gateway)).toEqual(["two"]);
    expect((await asked(revoked.token)).status).toBe(401);
  });

  it("works on another computer, whose own key opens the secrets from then on", async () => {
    const first = await start();
    await addRemote(first.gateway.api, "one");
    const { name } = await first.gateway.api.backups.create({ passphrase: PASSPHRASE });
    const file = join(first.dataDir, "backups", name);
    await first.gateway.close();

    const other = { AUTH_ENCRYPTION_SECRET: "another secret on another machine" };
    const second = await start(other);
    const { backup } = await second.gateway.backups.receive(name, createReadStream(file), null);
    await second.gateway.api.backups.restore({ backup, passphrase: PASSPHRASE });
    expect(await ended(second.gateway)).toBe("done");
    const status = await second.gateway.api.vault.status();
    expect(status).toMatchObject({ state: "open", secrets: 1 });
    expect(status.slots.map(({ provider }) => provider)).toEqual(["environment"]);
    await second.gateway.close();

    const again = await createGateway({ dataDir: second.dataDir, env: other, kind: "cli" });
    afterTest(() => again.close());
    await again.api.vault.unlock({});
    expect(await again.api.vault.status()).toMatchObject({ state: "open", problem: null });
  });

  it("that is refused changes nothing, and nothing of it is left", async () => {
    const { gateway, dataDir } = await start();
    await addRemote(gateway.api, "one");
    const backup = await gateway.api.backups.create({ passphrase: PASSPHRASE });
    await addRemote(gateway.api, "two");
    await gateway.api.backups.restore({ backup: backup.id, passphrase: "not the passphrase" });
    expect(await ended(gateway)).toBe("failed backup_wrong_passphrase");

    const path = join(dataDir, "backups", backup.name);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    writeFileSync(path, bytes);
    await gateway.api.backups.restore({ backup: backup.id, passphrase: PASSPHRASE });
    expect(await ended(gateway)).toBe("failed backup_damaged");
    expect(await names(gateway)).toEqual(["one", "two"]);
    expect(readdirSync(join(dataDir, "restore"))).toEqual([]);
  });
});

describe("a database that does not open", () => {
  it("is replaced by the last good backup, and kept", async () => {
    const env = { AUTH_ENCRYPTION_SECRET: SECRET };
    const { gateway, dataDir } = await start(env);
    await addRemote(gateway.api, "one");
    const backup = await gateway.api.backups.create({ passphrase: PASSPHRASE });
    await gateway.close();
    writeFileSync(join(dataDir, "local-mcp-gateway.db"), "SQLite format 3\0 and then nothing");
    const options = { dataDir, env, kind: "serve" } as const;
    await expect(createGateway(options)).rejects.toMatchObject({ code: "database_damaged" });

    const recovery = await openRecovery(options);
    expect(await recovery.backups()).toMatchObject([{ id: backup.id, state: "verified" }]);
    await expect(
      recovery.restore({ backup: backup.id }, "not the passphrase"),
    ).rejects.toMatchObject({ code: "backup_wrong_passphrase" });
    await recovery.restore({ backup: backup.id }, PASSPHRASE);
    await recovery.close();

    const restored = await createGateway(options);
    afterTest(() => restored.close());
    expect(await names(restored)).toEqual(["one"]);
    await restored.api.vault.unlock({});
    expect(await restored.api.vault.status()).toMatchObject({ state: "open", secrets: 1 });
    const [kept] = readdirSync(join(dataDir, "previous"));
    expect(
      readFileSync(join(dataDir, "previous", kept ?? "", "local-mcp-gateway.db"), "utf8"),
    ).toContain("and then nothing");
  });
});
