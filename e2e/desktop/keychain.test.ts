/** Where secrets are kept: with a keychain, without one, and when it vanishes. */
import { McpClient } from "../fixtures/mcp-client.ts";
import { expect, test } from "vitest";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { CANARY, everythingOn, filesHolding } from "./canary.ts";
import { endpoint } from "./endpoint.ts";
import { fixtureEntry, heading, paste } from "./person.ts";
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
      "Secrets were sealed with GNOME Keyring; this session offers no keychain. Nothing was lost.",
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
