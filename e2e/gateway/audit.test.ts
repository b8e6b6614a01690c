import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { type AuditEntry, contract, secretPathsOf } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { CLI, run } from "../command-line.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { fixture, startGateway, until } from "./test-gateway.ts";

type Api = Gateway["api"];
type Filter = Parameters<Api["audit"]["export"]>[0];

/** Oldest first. */
const entriesOf = async (api: Api, filter: Filter = {}): Promise<AuditEntry[]> =>
  (await api.audit.list({ ...filter, limit: 500 })).entries.toReversed();

/** A fact an entry tells, without when and in which place. */
const factsOf = (entries: readonly AuditEntry[]) =>
  entries.map(({ actor, action, subject }) => `${actor.kind} ${action} ${subject?.name ?? "–"}`);

const secretEnv = { AUTH_ENCRYPTION_SECRET: "long enough for a test" };

describe("what is changed", () => {
  it("is recorded with who did it, in the app, on the command line and by a token", async () => {
    const { api, gateway, dataDir, root } = await startGateway({ kind: "app", env: secretEnv });
    const { url } = await gateway.listen();
    const { token } = await api.tokens.create({ name: "Cursor", rights: ["manage"] });
    const byToken = await fetch(`${url}/api/profiles`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ slug: "work" }),
    });
    expect(byToken.status).toBe(201);
    const byCommand = await run(
      [CLI, "--data-dir", dataDir, "settings", "set", "callTimeoutMs", "1000"],
      { PATH: process.env.PATH, HOME: root },
    );
    expect(byCommand).toMatchObject({ code: 0 });
    const entries = await entriesOf(api);
    expect(factsOf(entries)).toEqual([
      "gateway gateway.start –",
      "app token.create Cursor",
      "token profile.create work",
      "cli setting.update callTimeoutMs",
    ]);
    expect(entries.map(({ actor }) => actor.name)).toEqual([
      "gateway",
      "this computer",
      "Cursor",
      "command line",
    ]);
    expect(entries.at(-1)?.detail).toEqual({ value: 1000, "value.before": 600_000 });

    const asked = await fetch(`${url}/api/audit?limit=1&action=token.&from=0`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await asked.json()).toEqual({ entries: [entries[1]], next: null });
    const listed = await run([CLI, "--data-dir", dataDir, "audit", "list", "--limit", "2"], {
      PATH: process.env.PATH,
      HOME: root,
    });
    expect(listed.stdout).toMatch(/ callTimeoutMs +value: 600000 → 1000\n.* work /);
  });

  it("by the way is recorded as well: the vault that the first secret makes", async () => {
    const { api } = await startGateway({ env: secretEnv });
    const config = { ...fixture("--name", "one"), env: { KEY: { value: "a value" } } };
    await api.servers.create({ name: "one", config });
    const facts = factsOf(await entriesOf(api));
    expect(facts).toEqual(["gateway vault.init –", "cli server.create one"]);
  });

  it("of a server is told field by field, and of its secrets only that they changed", async () => {
    const { api } = await startGateway({ env: secretEnv });
    const config = { ...fixture("--name", "one"), env: { A: { value: "aaaaaa" } } };
    await api.servers.create({ name: "one", title: "One", config, confirmed: true });
    await api.servers.update({
      server: "one",
      changes: {
        title: "First",
        description: "A text.",
        args: ["--other"],
        env: { A: null, B: { value: "bbbbbb" }, C: { value: "c", plain: true } },
        limits: { callTimeoutMs: 5000 },
      },
    });
    await api.servers.update({ server: "one", changes: { confirmed: true, enabled: false } });
    await api.servers.remove({ server: "one" });
    const entries = await entriesOf(api, { subject: "one" });
    expect(entries.map(({ action }) => action)).toEqual([
      "server.create",
      "server.consent",
      "server.update",
      "server.update",
      "server.consent",
      "server.remove",
    ]);
    const [, first, changed, , second] = entries.map(({ detail }) => detail);
    expect(changed).toEqual({
      changed: [
        "title",
        "description",
        "confirmed",
        "arguments",
        "args",
        "limits.callTimeoutMs",
        "env.A",
        "env.B",
        "env.C",
      ],
      title: "First",
      "title.before": "One",
      confirmed: false,
      "confirmed.before": true,
      arguments: 1,
      "arguments.before": config.args.length,
      "limits.callTimeoutMs": 5000,
      "limits.callTimeoutMs.before": null,
      "env.A": "cleared",
      "env.B": "set",
      "env.C": "set",
    });
    expect(first).toMatchObject({ command: process.execPath, "hash.before": null });
    expect(first?.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(second).toMatchObject({ "hash.before": first?.hash });
    expect(second?.hash).not.toBe(first?.hash);
  });

  it("is recorded before it is acknowledged, also when the gateway is killed right after", async () => {
    const root = mkdtempSync(join(tmpdir(), "audit-"));
    afterTest(() => rmSync(root, { recursive: true, force: true }));
    const writer = spawn(
      process.execPath,
      ["--input-type=module", "-e", WRITER, join(root, "data")],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let last = -1;
    for await (const line of createInterface(writer.stdout)) {
      last = Number(line);
      if (last >= 5) writer.kill("SIGKILL");
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
    expect(writer.signalCode).toBe("SIGKILL");
    const { api, gateway } = await startGateway({ root });
    await gateway.listen();
    const made = await entriesOf(api, { action: "profile.create" });
    const names = made.map(({ subject }) => subject?.name);
    for (let number = 0; number <= last; number += 1) expect(names).toContain(`p${number}`);
    const starts = await entriesOf(api, { action: "gateway.start" });
    expect(starts.map(({ detail }) => detail.before)).toEqual([undefined, "killed"]);
  });
});

/** A process that adds profiles as fast as it can, and tells of each that was acknowledged. */
const WRITER = `
import { createGateway } from "@local-mcp/gateway";
const { api, listen } = await createGateway({ dataDir: process.argv[1], kind: "serve", settings: { port: 0 }, env: {} });
await listen();
for (let number = 0; ; number += 1) {
  await api.profiles.create({ slug: "p" + number });
  process.stdout.write(number + "\\n");
}`;

describe("what was refused", () => {
  it("is recorded with its code, and what was given is not", async () => {
    const { api, gateway } = await startGateway();
    const { url } = await gateway.listen();
    await api.vault.init({ passphrase: "the passphrase of the vault" });
    await api.servers.create({ name: "one", config: fixture("--name", "one") });
    const wrong = { passphrase: "another passphrase" };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(api.vault.unlock(wrong)).rejects.toMatchObject({
        data: { code: "vault_wrong_key" },
      });
    }
    await expect(api.servers.restart({ server: "one" })).rejects.toThrow("Nobody has agreed yet");
    const { token } = await api.tokens.create({ name: "Cursor", rights: ["manage"] });
    const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
      fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
    const started = await ask("/api/servers/one/restart", {}, "POST");
    expect(started.status).toBe(403);
    const foreign = { origin: "https://evil.example" };
    for (let attempt = 0; attempt < 5; attempt += 1) await ask("/mcp", foreign);
    await ask("/api/status", { authorization: "Bearer lmg_not-one-of-ours" });
    const entries = (await entriesOf(api)).filter(({ outcome }) => outcome === "failed");
    expect(
      entries.map(({ actor, action, subject, detail: { error, origin } }) => [
        actor.name,
        action,
        subject?.name ?? null,
        error,
        origin,
      ]),
    ).toEqual([
      ["this computer", "vault.unlock", null, "vault_wrong_key", undefined],
      ["this computer", "server.restart", "one", "server_unavailable", undefined],
      ["Cursor", "server.restart", "one", "token_lacks_right", undefined],
      ["gateway", "access.refused", null, "origin_refused", "https://evil.example"],
      ["gateway", "access.refused", null, "token_unknown", undefined],
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/another passphrase|not-one-of-ours/);
  });
});

describe("who did it", () => {
  it("stays on record, also where they store their own name as a secret", async () => {
    const { api, gateway } = await startGateway({ env: secretEnv });
    const { url } = await gateway.listen();
    const name = "agent-of-mallory-7";
    const { token } = await api.tokens.create({ name, rights: ["manage"] });
    const send = (path: string, body: object) =>
      fetch(`${url}/api${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    const headers = { "X-Key": name };
    const config = { transport: "http", url: "http://127.0.0.1:9/", headers };
    expect((await send("/servers", { name: "blind", config })).status).toBe(201);
    expect((await send("/profiles", { slug: "later" })).status).toBe(201);
    const entries = await entriesOf(api, { subject: "later" });
    expect(entries.map(({ actor }) => actor)).toEqual([{ kind: "token", name }]);
  });
});

describe("what the gateway does by itself", () => {
  it("is recorded: its own start and end, and every process that it starts", async () => {
    const first = await startGateway();
    await first.api.servers.create({
      name: "one",
      config: fixture("--name", "one", "--tools", "crash"),
      confirmed: true,
    });
    await first.gateway.listen();
    const isReady = async (): Promise<boolean> =>
      (await first.api.servers.get({ server: "one" })).status.state === "ready";
    await until(isReady, Boolean);
    const pid = await onlyPidOf(first.api);
    process.kill(pid, "SIGKILL");
    const again = await until(
      async () =>
        (await starts(first.api)).find(({ detail }) => detail.why === "again after exited"),
      (entry) => entry !== undefined,
    );
    expect(again).toMatchObject({
      actor: { kind: "gateway" },
      subject: { kind: "server", name: "one" },
      detail: { command: process.execPath, arguments: 5 },
    });
    const all = await starts(first.api);
    expect(all.map(({ detail }) => detail.pid)).toContain(pid);
    expect(all[0]?.detail.why).toBe("start");
    expect(JSON.stringify(all)).not.toContain("--tools");
    await first.gateway.close();

    const second = await startGateway({ root: first.root });
    await second.gateway.listen();
    await second.gateway.close();
    cpSync(first.dataDir, join(first.root, "copy"), { recursive: true });
    const copy = await startGateway({ root: first.root, dataDir: join(first.root, "copy") });
    await copy.gateway.listen();
    const own = await entriesOf(copy.api, { action: "gateway." });
    expect(own.map(({ action, detail }) => [action, detail.before, detail.takenOver])).toEqual([
      ["gateway.start", undefined, undefined],
      ["gateway.stop", undefined, undefined],
      ["gateway.start", "stopped", undefined],
      ["gateway.stop", undefined, undefined],
      ["gateway.start", "stopped", true],
    ]);
  });

  it("is nothing where a command only reads", async () => {
    const { api } = await startGateway();
    await api.servers.list();
    await api.settings.list();
    await api.audit.list({});
    expect(await entriesOf(api)).toEqual([]);
  });
});

describe("a log that cannot be written", () => {
  it("undoes no change, and doctor says so until it can be written again", async () => {
    const { api, dataDir } = await startGateway();
    const file = new DatabaseSync(join(dataDir, "local-mcp-gateway.db"));
    afterTest(() => file.close());
    file.exec(
      "CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no space'); END",
    );
    await api.profiles.create({ slug: "dev" });
    expect(await api.profiles.list()).toMatchObject([{ slug: "dev" }]);
    const problems = async () =>
      (await api.status.doctor()).findings.filter(({ message }) => message.includes("audit log"));
    expect(await problems()).toMatchObject([
      { area: "data", level: "problem", message: expect.stringContaining("1 entry") },
    ]);
    file.exec("DROP TRIGGER full");
    await api.profiles.create({ slug: "work" });
    expect(await problems()).toEqual([]);
    expect(factsOf(await entriesOf(api))).toEqual([
      "gateway audit.lost –",
      "cli profile.create work",
    ]);
  });
});

const starts = (api: Api): Promise<AuditEntry[]> => entriesOf(api, { action: "server.start" });

const onlyPidOf = async (api: Api): Promise<number> => {
  const pid = (await starts(api)).at(-1)?.detail.pid;
  if (typeof pid !== "number") throw new Error("no process was recorded");
  return pid;
};

const ONE_OPERATION = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "One", version: "1" },
  paths: { "/ping": { get: { operationId: "ping", responses: { 200: { description: "Pong" } } } } },
});

describe("a secret", () => {
  it("is in no entry, wherever it was given", async () => {
    const { api } = await startGateway();
    const used = new Set<string>();
    let number = 0;
    const canaries: string[] = [];
    const canary = (): string => {
      const value = `canary-${(number += 1)}-5d2e81f0c7a94b36`;
      canaries.push(value);
      return value;
    };
    /** Whether it is done or refused, there may be an entry. */
    const call = async (procedure: string, made: Promise<unknown>): Promise<void> => {
      used.add(procedure);
      await made.catch(() => {});
    };
    const passphrase = canary();
    await call("vault.init", api.vault.init({ passphrase }));
    await call("vault.unlock", api.vault.unlock({ passphrase: canary() }));
    await call("vault.unlock", api.vault.unlock({ recoveryKey: canary() }));
    await call("vault.unlock", api.vault.unlock({ passphrase }));
    await call("vault.addPassphrase", api.vault.addPassphrase({ passphrase: canary() }));
    const { recoveryKey } = await api.vault.addRecoveryKey();
    canaries.push(recoveryKey);
    const { slots } = await api.vault.status();
    const slot = slots.find(({ provider }) => provider === "passphrase")?.id ?? "";
    await call(
      "vault.changePassphrase",
      api.vault.changePassphrase({ slot, passphrase: canary() }),
    );
    const stdio = () => ({
      ...fixture("--name", "one", "${secret:arg}"),
      env: { A: { value: canary() }, B: { value: canary() } },
    });
    const remote = () => {
      const url = `http://${canary()}:${canary()}@127.0.0.1:9/mcp?key=${canary()}`;
      const signIn = { clientId: "id", clientSecret: canary(), parameters: { a: "${secret:arg}" } };
      return { url, headers: { "X-Key": canary(), "X-Mark": "${secret:arg}" }, signIn };
    };
    const secrets = () => ({ arg: canary() });
    await call(
      "servers.create",
      api.servers.create({ name: "one", config: stdio(), secrets: secrets(), confirmed: true }),
    );
    await call("servers.create", api.servers.create({ name: "one", config: stdio() }));
    await call(
      "servers.create",
      api.servers.create({ name: "web", config: { transport: "http", ...remote() } }),
    );
    await call(
      "servers.update",
      api.servers.update({
        server: "one",
        changes: { env: stdio().env, secrets: secrets(), confirmed: true },
      }),
    );
    await call("servers.update", api.servers.update({ server: "web", changes: remote() }));
    const privateKey = `${canary()}\n`;
    await call(
      "servers.update",
      api.servers.update({
        server: "web",
        changes: { signIn: { privateKey }, secrets: secrets() },
      }),
    );
    const address = `http://127.0.0.1:9/callback?code=${canary()}&state=${canary()}`;
    await call("signIn.finish", api.signIn.finish({ server: "web", signIn: "none", address }));
    const pasted = JSON.stringify({
      mcpServers: { two: stdio(), three: { type: "http", ...remote() } },
    });
    await call("servers.recognize", api.servers.recognize({ text: pasted }));
    await call("servers.importFile", api.servers.importFile({ text: pasted }));
    const { token } = await api.tokens.create({ name: "Cursor" });
    canaries.push(token);
    await call("clients.test", api.clients.test({ token }));
    const asked = () => ({
      url: `http://127.0.0.1:9/cities?key=${canary()}`,
      headers: { "X-Key": { value: canary() } },
      query: { k: { value: canary() } },
      auth: { type: "bearer" as const, token: canary() },
      allowPrivateNetwork: true,
    });
    await call("tools.create", api.tools.create({ name: "own", ...asked() }));
    await call("tools.create", api.tools.create({ name: "own", ...asked() }));
    await call("tools.update", api.tools.update({ tool: "own", changes: asked() }));
    const basic = { type: "basic" as const, username: "ada", password: canary() };
    await call("tools.update", api.tools.update({ tool: "own", changes: { auth: basic } }));
    const { url: baseUrl, ...sent } = asked();
    await call(
      "tools.importOpenApi",
      api.tools.importOpenApi({ text: ONE_OPERATION, baseUrl, ...sent }),
    );
    expect(await api.tools.list()).toHaveLength(2);
    const none = () => ({ backup: "none", passphrase: canary() });
    await call("backups.create", api.backups.create({ passphrase: canary() }));
    await call("backups.verify", api.backups.verify(none()));
    await call("backups.preview", api.backups.preview(none()));
    await call("backups.restore", api.backups.restore(none()));
    await call("backups.keepPassphrase", api.backups.keepPassphrase({ passphrase: canary() }));
    await call("transfer.estimate", api.transfer.estimate({ passphrase: canary() }));
    await call("transfer.export", api.transfer.export({ passphrase: canary() }));
    await call("transfer.export", api.transfer.export({ encryptionSecret: canary() }));
    const file = () => {
      const gateways = [{ name: "four", url: remote().url, headers: { "X-Key": canary() } }];
      return { text: JSON.stringify({ version: "1", entities: { gateways } }), name: "f.json" };
    };
    const keys = () => ({ passphrase: canary(), sourceSecret: canary(), rekeySecret: canary() });
    await call("transfer.plan", api.transfer.plan({ ...file(), ...keys() }));
    await call("transfer.apply", api.transfer.apply({ ...file(), ...keys() }));
    await call("transfer.apply", api.transfer.apply({ text: `{${canary()}`, ...keys() }));

    const takeSecrets = Object.entries(contract).flatMap(([area, procedures]) =>
      Object.keys(procedures)
        .map((name) => `${area}.${name}`)
        .filter((procedure) => secretPathsOf(contract, procedure, "input").length > 0),
    );
    expect(takeSecrets.filter((procedure) => !used.has(procedure))).toEqual([]);
    const { text, entries } = await api.audit.export({});
    expect(entries).toBeGreaterThan(12);
    expect(canaries.filter((one) => text.includes(one))).toEqual([]);
    // Nor had anything to be taken out: nobody hands a secret to the log.
    expect(text).not.toContain("[removed");
  });
});
