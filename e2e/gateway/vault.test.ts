import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createDb, createVaultQueries } from "@local-mcp/database";
import { keychainProvider } from "@local-mcp/vault/test-kit";
import { describe, expect, it } from "vitest";
import { call } from "../fixtures/test-support.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

const PASSPHRASE = "correct horse battery staple";
const keeper = (value: string) => ({
  ...fixture("--name", "k", "--tools", "env"),
  env: { KEY: { value } },
});

const filesHolding = (dataDir: string, text: string): string[] =>
  readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(text));

describe("the vault of a gateway that serves", { timeout: 60_000 }, () => {
  it("gets a new data key while its servers run, and every key opens it after", async () => {
    const served = await serve(
      { keeper: keeper("the value") },
      { gateway: { env: { AUTH_ENCRYPTION_SECRET: "a secret of the environment" } } },
    );
    const { api, client, root, gateway, dataDir } = served;
    const before = await api.vault.status();
    expect(before.key?.check).toMatch(/^[0-9a-f]{8}$/);
    await api.vault.addPassphrase({ passphrase: PASSPHRASE, label: "Ada" });
    const { recoveryKey } = await api.vault.addRecoveryKey();
    const after = await api.vault.rotate();
    expect(after).toMatchObject({ state: "open", rotation: null, problem: null });
    expect(after.key?.check).not.toBe(before.key?.check);
    // Nothing that the old key sealed is left in the log before the database file.
    expect(statSync(join(dataDir, "local-mcp-gateway.db-wal")).size).toBeLessThan(64 * 1024);
    expect(filesHolding(dataDir, `.${before.key?.id}.`)).toEqual([]);
    expect(after.slots.map(({ label }) => label)).toEqual([
      "AUTH_ENCRYPTION_SECRET",
      "Ada",
      "Recovery key",
    ]);
    await api.servers.restart({ server: "keeper" });
    const value = await client.request("tools/call", call("env", { name: "KEY" }));
    expect(JSON.stringify(value)).toContain("the value");
    await gateway.close();

    const db = createDb({ path: join(dataDir, "local-mcp-gateway.db") });
    const { dataKeys, secrets } = createVaultQueries(db);
    expect(dataKeys.list()).toMatchObject([{ id: after.key?.id, sealed: null }]);
    expect(secrets.list().every(({ sealed }) => sealed.includes(`.${after.key?.id}.`))).toBe(true);
    db.close();

    for (const unlock of [{ passphrase: PASSPHRASE }, { recoveryKey }]) {
      const later = await startGateway({ root });
      expect((await later.api.vault.status()).state).toBe("locked");
      expect(await later.api.vault.unlock(unlock)).toMatchObject({
        state: "open",
        key: { check: after.key?.check },
      });
      await later.gateway.close();
    }
  });

  it("says which key is wrong and what to do, and lists go on", async () => {
    const first = await startGateway({ env: { AUTH_ENCRYPTION_SECRET: "the first secret here" } });
    await first.api.servers.create({ name: "keeper", config: keeper("v"), confirmed: true });
    await first.gateway.close();

    const wrong = await startGateway({
      root: first.root,
      env: { AUTH_ENCRYPTION_SECRET: "another secret, not the one" },
    });
    const status = await wrong.api.vault.status();
    expect(status).toMatchObject({
      state: "locked",
      secrets: 1,
      problem: { code: "wrong_key" },
      wayOut: "Start with the AUTH_ENCRYPTION_SECRET that it was made with.",
    });
    expect(status.slots[0]?.problem).toBe(
      "The secret in AUTH_ENCRYPTION_SECRET does not open this vault.",
    );
    expect(await wrong.api.servers.list()).toMatchObject([
      { name: "keeper", config: { env: { KEY: { secret: { set: true } } } } },
    ]);
    expect(await wrong.api.profiles.list()).toEqual([]);
  });

  it("without its keys nothing is built over it, and a reset forgets the secrets only", async () => {
    const keychain = () => ({ provider: keychainProvider(), problem: () => null });
    const first = await startGateway({ keychain: keychain() });
    await first.api.servers.create({ name: "keeper", config: keeper("v"), confirmed: true });
    await first.gateway.close();
    const db = createDb({ path: join(first.dataDir, "local-mcp-gateway.db") });
    for (const { id } of createVaultQueries(db).slots.list()) {
      createVaultQueries(db).slots.delete(id);
    }
    db.close();

    const { api, gateway } = await startGateway({ root: first.root, keychain: keychain() });
    await gateway.listen();
    expect(await api.vault.status()).toMatchObject({
      state: "lost",
      secrets: 1,
      problem: { code: "keys_missing" },
    });
    const locked = await until(
      () => api.servers.get({ server: "keeper" }),
      ({ status }) => status.state === "locked",
    );
    expect(locked.status.action?.command).toBe("local-mcp-gateway vault reset");
    await expect(api.servers.create({ name: "other", config: keeper("w") })).rejects.toMatchObject({
      data: { code: "vault_keys_missing" },
    });

    const reset = await api.vault.reset({ confirm: "forget all secrets" });
    expect(reset).toMatchObject({ state: "missing", secrets: 0, slots: [] });
    const { config } = await api.servers.get({ server: "keeper" });
    expect(config).toMatchObject({ env: { KEY: { secret: { set: false, hint: null } } } });
    const changes = { env: { KEY: { value: "entered again" } } };
    await api.servers.update({ server: "keeper", changes });
    expect(await api.vault.status()).toMatchObject({ state: "open", secrets: 1 });
    await expect(api.vault.reset({ confirm: "forget all secrets" })).rejects.toMatchObject({
      data: { code: "vault_opens" },
    });
    expect(await api.servers.get({ server: "keeper" })).toMatchObject({
      config: { env: { KEY: { secret: { set: true } } } },
    });
  });

  it("tries the keys at hand again when it is asked to", async () => {
    const provider = keychainProvider();
    const first = await startGateway({ keychain: { provider, problem: () => null } });
    await first.api.servers.create({ name: "keeper", config: keeper("v"), confirmed: true });
    await first.gateway.close();

    let locked = true;
    const later = await startGateway({
      root: first.root,
      keychain: {
        problem: () => null,
        provider: {
          ...provider,
          unwrap: (slot) => (locked ? keychainProvider().unwrap(slot) : provider.unwrap(slot)),
        },
      },
    });
    expect((await later.api.vault.status()).state).toBe("locked");
    locked = false;
    expect((await later.api.vault.status()).state).toBe("locked");
    expect((await later.api.vault.unlock({})).state).toBe("open");
  });
});

describe("serve", () => {
  it("says at its start what cannot open a vault", async () => {
    const env = { AUTH_ENCRYPTION_SECRET_FILE: "/nowhere/secret" };
    await expect(startGateway({ kind: "serve", env })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("AUTH_ENCRYPTION_SECRET_FILE"),
    });
    const { log } = await startGateway({ kind: "serve", env: { VAULT_PASSPHRASE: "too short" } });
    expect(log.join()).toContain("VAULT_PASSPHRASE opens no vault");
    expect(log.join()).not.toContain("too short");
  });
});
