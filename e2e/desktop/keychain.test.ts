/** Where secrets are kept: with a keychain, without one, and when it vanishes. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vaultStatus } from "@local-mcp/contract";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { z } from "zod";
import { asUser, findAccount } from "../../scripts/electron/account.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { account, appDirectory, giveToApp, stage, startApp, type TestApp } from "./app.ts";
import { CANARY, everythingOn, filesHolding } from "./canary.ts";
import { endpoint } from "./endpoint.ts";
import { fixtureEntry, heading, paste } from "./person.ts";
import { emptyKeyring, type Keyring } from "./keyring.ts";
import { type QuietApp, startQuietly } from "./quiet-app.ts";
import { seed } from "./seed.ts";

const PASSPHRASE = "correct horse battery staple";

/** A profile that needs no token, so that what a server was given can be asked for. */
const seedProfile = (home: string): Promise<unknown> =>
  seed(home, async (api) => {
    await api.profiles.create({ slug: "dev", name: "dev" });
    await api.profiles.update({ profile: "dev", changes: { allowWithoutToken: true } });
    await api.profiles.activate({ profile: "dev" });
  });

async function addWithSecret(testApp: TestApp): Promise<void> {
  const { page } = testApp;
  await heading(page, "Overview").waitFor();
  await page.keyboard.press("ControlOrMeta+N");
  const add = page.getByRole("dialog", { name: "Add server" });
  const box = add.getByRole("textbox", { name: /^Paste a command/ });
  const server = fixtureEntry({ API_TOKEN: CANARY }, "--tools", "env");
  await paste(testApp, box, JSON.stringify({ mcpServers: { keeper: server } }));
  await add.getByText("to the vault").waitFor();
}

async function addAndStart({ page }: TestApp): Promise<void> {
  await page
    .getByRole("dialog", { name: "Add server" })
    .getByRole("button", { name: "Add server" })
    .click();
  await page.getByRole("button", { name: "Start keeper" }).click();
}

/** What the server was given, as it says itself. */
async function secretOf(dataDir: string): Promise<unknown> {
  const client = new McpClient(`${endpoint(dataDir).url}/mcp/dev`);
  await client.initialize();
  return client.request("tools/call", { name: "env", arguments: { name: "API_TOKEN" } });
}
const GIVEN = { structuredContent: { set: true, value: CANARY } };

/** The server's row, in that state. */
async function isState({ page }: TestApp, word: string): Promise<void> {
  await page.getByRole("link", { name: /^Servers/ }).click();
  await page
    .getByRole("row", { name: /keeper/ })
    .getByText(word)
    .first()
    .waitFor();
}

const openVault = ({ page }: TestApp): Promise<unknown> =>
  page.evaluate(() => location.assign("#/settings?section=vault"));

test("with a keychain the vault makes and opens itself; without it nothing is lost", async () => {
  const home = appDirectory();
  await seedProfile(home);
  const first = await startApp({ home, keychain: "gnome" });
  await addWithSecret(first);
  expect(await first.page.getByText("This system has no keychain").count()).toBe(0);
  await addAndStart(first);
  await isState(first, "Ready");
  expect(await secretOf(first.dataDir)).toMatchObject(GIVEN);
  await openVault(first);
  await first.page.getByText("Protected by GNOME Keyring.").waitFor();
  await first.page.getByText("Holds 1 secret.").waitFor();
  expect(await everythingOn(first.page)).not.toContain(CANARY);
  await first.close();

  const again = await startApp({ home, keychain: "gnome" });
  await isState(again, "Ready");
  expect(await again.page.getByRole("dialog").count()).toBe(0);
  expect(await secretOf(again.dataDir)).toMatchObject(GIVEN);
  await again.close();
  const data = again.dataDir;
  expect(filesHolding(home, CANARY)).toEqual([]);

  // The same data where there is no keychain: locked, and said why.
  const without = await startApp({ home, keychain: "basic" });
  await isState(without, "Waiting for vault");
  const banner = without.page.getByRole("region", { name: "The vault is locked." });
  await banner.getByText("1 server waits for its secrets; the others work.").waitFor();
  await banner
    .getByText(
      "Secrets were sealed with GNOME Keyring; this session has no keychain. Nothing was lost.",
    )
    .waitFor();
  await banner.getByRole("button", { name: "How to open it" }).click();
  await without.page
    .getByText("Start the app in a session with GNOME Keyring, and the vault opens by itself.")
    .waitFor();
  await without.close();
  expect(filesHolding(home, CANARY)).toEqual([]);

  const back = await startApp({ home, keychain: "gnome" });
  await isState(back, "Ready");
  expect(await secretOf(data)).toMatchObject(GIVEN);
});

test("without a keychain no secret is stored before a passphrase is set, which then opens the vault", async () => {
  const home = appDirectory();
  await seedProfile(home);
  const first = await startApp({ home, keychain: "basic" });
  const { page } = first;
  await page
    .getByRole("region", {
      name: "This system has no keychain, so secrets would be readable on disk. None has been stored.",
    })
    .getByRole("button", { name: "Set a passphrase…" })
    .click();
  await page.getByText("Not protected: this system has no keychain.").waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await addWithSecret(first);
  // Where it is needed, it is offered, and what was pasted stays.
  const add = page.getByRole("dialog", { name: "Add server" });
  const notice = add.getByRole("region", { name: "This system has no keychain." });
  await notice.getByRole("button", { name: "Set a passphrase…" }).click();
  const dialog = page.getByRole("dialog", { name: "Set a passphrase for the vault" });
  await dialog.getByRole("textbox", { name: "Passphrase" }).fill("short");
  await dialog.getByRole("button", { name: "Set passphrase" }).click();
  await dialog
    .getByText(/12 characters/)
    .last()
    .waitFor();
  await dialog.getByRole("textbox", { name: "Passphrase" }).fill(PASSPHRASE);
  await dialog.getByRole("button", { name: "Set passphrase" }).click();
  await dialog.waitFor({ state: "detached" });
  await notice.waitFor({ state: "detached" });
  await addAndStart(first);
  await isState(first, "Ready");
  expect(await secretOf(first.dataDir)).toMatchObject(GIVEN);
  await first.close();

  const second = await startApp({ home, keychain: "basic" });
  await isState(second, "Waiting for vault");
  const banner = second.page.getByRole("region", { name: "The vault is locked." });
  await banner.getByRole("button", { name: "Unlock…" }).click();
  await second.page.getByRole("main").getByRole("button", { name: "Unlock…" }).last().click();
  const unlock = second.page.getByRole("dialog", { name: "Unlock the vault" });
  const field = unlock.getByRole("textbox", { name: "Passphrase" });
  await field.fill("not the passphrase at all");
  await unlock.getByRole("button", { name: "Unlock vault" }).click();
  await unlock.getByText("The passphrase does not open this vault.").waitFor();
  await field.fill(PASSPHRASE);
  await unlock.getByRole("button", { name: "Unlock vault" }).click();
  await unlock.waitFor({ state: "detached" });
  await isState(second, "Ready");
  expect(await secretOf(second.dataDir)).toMatchObject(GIVEN);
  expect(await everythingOn(second.page)).not.toContain(PASSPHRASE);
  await second.close();
  expect(filesHolding(home, CANARY)).toEqual([]);
  expect(filesHolding(home, PASSPHRASE)).toEqual([]);
});

const statusOf = async ({ api }: QuietApp) => vaultStatus.parse(await api("GET", "/vault"));

/** How the vault of that home is found there; the app is gone afterwards. */
async function found(home: string, keyring: Keyring): Promise<z.infer<typeof vaultStatus>> {
  const app = await startQuietly({ home, keyring });
  const status = await statusOf(app);
  await app.stop();
  return status;
}

/** The same data and the same keyring in another place. */
function copyOf(home: string): string {
  const copy = appDirectory();
  cpSync(home, copy, { recursive: true, filter: (path) => !path.startsWith(join(home, "run")) });
  return copy;
}

/** As if the vault had been made on a desktop of KDE. */
function sealedWithKWallet(home: string): void {
  const database = new Database(join(home, "data/local-mcp-gateway.db"));
  database
    .prepare("UPDATE vault_keys SET params = json_set(params, '$.backend', 'kwallet6')")
    .run();
  database.close();
  giveToApp(home);
}

const addKeeper = {
  name: "keeper",
  config: { transport: "http", url: "http://127.0.0.1:9/", headers: { "x-key": CANARY } },
};

test("a keyring that is locked, another one, or emptied: each is named, none gets a new key", async () => {
  const home = appDirectory();
  const first = await startQuietly({ home, keyring: "gnome" });
  expect(await first.api("POST", "/servers", addKeeper)).toMatchObject({
    server: { name: "keeper" },
  });
  const { recoveryKey } = z
    .object({ recoveryKey: z.string() })
    .parse(await first.api("POST", "/vault/recovery-key", {}));
  const { key, slots } = await statusOf(first);
  expect(slots.map(({ provider }) => provider)).toEqual(["keychain", "recovery"]);
  await first.stop();
  const elsewhere = copyOf(home);
  sealedWithKWallet(elsewhere);

  const [locked, changed] = await Promise.all([found(home, "locked"), found(elsewhere, "gnome")]);
  expect(locked).toMatchObject({ state: "locked", key, problem: { code: "keychain_refused" } });
  expect(locked.problem?.message).toContain("GNOME Keyring");
  expect(changed).toMatchObject({ state: "locked", key, problem: { code: "keychain_changed" } });
  expect(changed.problem?.message).toMatch(/KWallet 6.*GNOME Keyring/);
  expect(changed.slots).toHaveLength(2);

  emptyKeyring(account, home);
  const emptied = await startQuietly({ home, keyring: "gnome" });
  const lost = await statusOf(emptied);
  expect(lost).toMatchObject({ state: "locked", key, problem: { code: "keychain_lost" } });
  expect(lost.problem?.message).toContain(`“${account?.name ?? ""}`);
  expect(lost.slots).toHaveLength(2);
  expect(await emptied.api("POST", "/servers", { ...addKeeper, name: "other" })).toMatchObject({
    data: { code: "vault_keychain_lost" },
  });
  expect(await emptied.api("POST", "/vault/unlock", { recoveryKey })).toMatchObject({
    state: "open",
    key,
  });
  expect(await emptied.api("POST", "/vault/keychain", {})).toMatchObject({ state: "open" });
  await emptied.stop();
  expect(await found(home, "gnome")).toMatchObject({ state: "open", key });
  expect([filesHolding(home, CANARY), filesHolding(home, recoveryKey)]).toEqual([[], []]);
});

/** What another user of this computer can read below a folder, and of a process. */
const SNOOP = `
  const { readdirSync, readFileSync } = require("node:fs");
  const [, folder, pid] = process.argv;
  const read = [];
  const look = (path) => {
    try { for (const name of readdirSync(path)) look(path + "/" + name); return; } catch {}
    try { readFileSync(path); read.push(path.slice(folder.length + 1)); } catch {}
  };
  look(folder);
  let environment = null;
  try { environment = readFileSync("/proc/" + pid + "/environ", "utf8"); } catch {}
  console.log(JSON.stringify({ read, environment, line: readFileSync("/proc/" + pid + "/cmdline", "utf8") }));
`;

test.runIf(account !== null)(
  "another user of this computer gets at nothing, and with a copy of the data at no secret",
  async () => {
    const other = await findAccount("www-data");
    if (!other) throw new Error("There is no second user here.");
    const home = appDirectory();
    const mine = await startQuietly({ home, keyring: "gnome" });
    await mine.api("POST", "/servers", addKeeper);
    const passphrase = PASSPHRASE;
    expect(await mine.api("POST", "/vault/slots", { passphrase })).toMatchObject({ state: "open" });

    const data = join(home, "data");
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const entry of readdirSync(data, { withFileTypes: true })) {
      const mode = statSync(join(data, entry.name)).mode & 0o777;
      expect([entry.name, mode]).toEqual([entry.name, entry.isDirectory() ? 0o700 : 0o600]);
    }
    const { program, args } = asUser(other, stage().node, ["-e", SNOOP, home, String(mine.pid)]);
    const snooped = z
      .object({ read: z.array(z.string()), environment: z.null(), line: z.string() })
      .parse(JSON.parse(execFileSync(program, args, { encoding: "utf8" })));
    // What the test itself has put there, and what the system draws letters with.
    const known = /^session-|^\.cache\/fontconfig\//;
    expect(snooped.read.filter((path) => !known.test(path))).toEqual([]);
    expect(snooped.line).toContain("--data-dir");
    expect(snooped.line).not.toMatch(new RegExp(`${CANARY}|lmg_|${PASSPHRASE}`));
    for (const path of ["/api/vault", "/api/status", "/mcp", "/sse", "/openapi.json"]) {
      expect([path, (await fetch(`${mine.url}${path}`)).status]).toEqual([path, 401]);
    }
    await mine.stop();

    const copy = copyOf(home);
    for (const theirs of [".config", ".local", ".cache"]) {
      rmSync(join(copy, theirs), { recursive: true, force: true });
    }
    const taken = await startQuietly({ home: copy, keyring: "gnome", account: other });
    const lost = await statusOf(taken);
    expect(lost).toMatchObject({ state: "locked", problem: { code: "keychain_lost" } });
    expect(lost.problem?.message).toContain(`“${account?.name ?? ""}”`);
    expect(await taken.api("POST", "/vault/unlock", { passphrase })).toMatchObject({
      state: "open",
    });
    await taken.stop();

    // What the app has made the command line opens too, with the passphrase that was added.
    const file = join(copy, "passphrase");
    writeFileSync(file, PASSPHRASE);
    const line = [`${stage().app}/out/cli/index.mjs`, "--data-dir", join(copy, "data")];
    const told = spawnSync(stage().node, [...line, "vault", "status", "--json"], {
      env: { PATH: process.env["PATH"], VAULT_PASSPHRASE_FILE: file },
      encoding: "utf8",
    });
    expect(JSON.parse(told.stdout)).toMatchObject({ state: "open", secrets: 1, keychain: null });
  },
);
