/** Export and import on the real app: files that it writes and reads, and what becomes of them. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Gateway } from "@local-mcp/gateway";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { CANARY, everythingOn, filesHolding } from "./canary.ts";
import { choose, demoEntry, focused, heading, paste, saves } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press, putAway } from "./states/state.ts";
import { FILE_KEY, giveFile, openImport } from "./states/transfer.ts";

const VAULT = "a passphrase for tests";
const PASSPHRASE = "seven brown hares cross the road";
/** A passphrase is made into a key slowly, on purpose. */
const timeout = 120_000;

/** The app with a vault and what is written before it starts. */
async function start(write: (api: Gateway["api"]) => Promise<unknown> = seedSmall) {
  const home = appDirectory();
  await seed(home, async (api) => {
    await api.vault.init({ passphrase: VAULT });
    // None comes by itself while a test looks at those that it made.
    await api.settings.update({ backupDaily: false });
    await write(api);
  });
  const testApp = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
  testApp.page.setDefaultTimeout(30_000);
  await heading(testApp.page, "Overview").waitFor();
  return testApp;
}

const entries = (page: Page): Locator => page.getByRole("grid", { name: "Entries of the file" });
const done = (page: Page): Locator => page.getByRole("listbox", { name: "What was done" });
const importButton = (page: Page): Locator => page.getByRole("button", { name: /^Import \d+ / });
const server = (page: Page, name: string): Locator =>
  page.getByRole("grid", { name: "Servers" }).getByRole("row", { name });

/** On the page, and not only spoken. */
const said = (page: Page, text: string): Locator => page.getByRole("main").getByText(text);

/** Files as clients keep them. */
const clientFile = (...names: string[]): string =>
  JSON.stringify({
    mcpServers: Object.fromEntries(names.map((name) => [name, demoEntry(name)])),
  });

/** Pastes a configuration and waits for its plan. */
async function read(testApp: TestApp, text: string): Promise<void> {
  const { page } = testApp;
  await openImport(page);
  await paste(testApp, page.getByLabel("Paste a configuration"), text);
  await press(page, "Read configuration");
  await entries(page).waitFor();
}

test(
  "what one computer exports another imports: sealed secrets, the plan, commands that nobody ticked",
  { timeout: 2 * timeout },
  async () => {
    const from = await start(async (api) => {
      await seedSmall(api);
      await api.servers.create({
        name: "keyed",
        config: {
          transport: "stdio",
          command: "uvx-is-not-here",
          env: { API_KEY: { value: CANARY } },
        },
      });
    });
    const file = join(from.home, "team.json");
    await saves(from, file);
    await choose(from, "File", "Export…");
    await heading(from.page, "Export").waitFor();
    await from.page.getByText("2 servers and 1 profile, about").waitFor();
    // A passphrase that is missing is asked for where it belongs.
    await press(from.page, "Export…");
    await focused(from.page.getByLabel("Passphrase", { exact: true }));
    expect(existsSync(file)).toBe(false);
    await from.page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await from.page.getByLabel("The same again").fill(PASSPHRASE);
    await press(from.page, "Export…");
    await heading(from.page, "3 entries exported").waitFor();
    await from.page.getByText("1 secret sealed").waitFor();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain(CANARY);
    expect(await everythingOn(from.page)).not.toContain(PASSPHRASE);
    await from.close();

    const to = await start(async () => {});
    const { page } = to;
    await choose(to, "File", "Import…");
    await heading(page, "Import").waitFor();
    await giveFile(page, file);
    const field = page.getByLabel(FILE_KEY);
    await focused(field);
    await page.keyboard.type("not this one, surely");
    await page.keyboard.press("Enter");
    await page.getByText("Invalid authentication data").waitFor();
    await focused(field);
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press("Enter");
    await entries(page).waitFor();
    await page.getByText("3 new").waitFor();
    await page.getByText("1 secret opened").waitFor();
    expect(await everythingOn(page)).not.toContain(PASSPHRASE);
    await press(page, "Look at commands…");
    // None is ticked, and each stands there whole.
    await page.getByText("was not found on this computer").waitFor();
    expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(0);
    await page.getByRole("checkbox", { name: "Let files run" }).click();
    await press(page, "Import 3 items");
    await heading(page, "Imported").waitFor();
    await said(page, "3 imported.").waitFor();
    expect(await done(page).getByRole("option").count()).toBe(3);
    await page.getByText("1 server was not started yet.").waitFor();
    expect(await everythingOn(page)).not.toContain(CANARY);
    expect(filesHolding(to.dataDir, CANARY)).toEqual([]);
    expect(filesHolding(to.dataDir, PASSPHRASE)).toEqual([]);

    await go(page, "/servers");
    await server(page, "files").getByText("Ready").waitFor();
    await server(page, "keyed").getByText("Not started yet").waitFor();
    await server(page, "keyed").click();
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByText("Stored · ends in lear").waitFor();

    // The second time there is nothing to write, and nothing offers to.
    await openImport(page);
    await giveFile(page, file);
    await press(page, "Leave secrets out");
    await page.getByText("3 same").waitFor();
    await page.getByText("Nothing would change: there is nothing to import.").waitFor();
    expect(await page.getByRole("button", { name: /^Import \d+ |^Look at/ }).isEnabled()).toBe(
      false,
    );
  },
);

test(
  "one of three that is ticked is one that is imported, and an undo takes it back",
  { timeout: 2 * timeout },
  async () => {
    const testApp = await start();
    const { page } = testApp;
    await read(testApp, clientFile("alpha", "beta", "gamma"));
    await page.getByText("3 new").waitFor();
    await page.getByRole("checkbox", { name: "server alpha" }).click();
    await page.getByRole("checkbox", { name: "server gamma" }).click();
    await page.getByText("2 left out").waitFor();
    await page.getByText("1 new").waitFor();
    await press(page, "Look at commands…");
    expect(await page.getByRole("checkbox").count()).toBe(1);
    await press(page, "Import 1 item");
    await said(page, "1 imported.").waitFor();
    await done(page).getByText("beta").waitFor();

    await go(page, "/servers");
    await server(page, "beta").waitFor();
    expect(await server(page, "alpha").count()).toBe(0);
    await go(page, "/backups");
    await page.getByRole("cell", { name: /^Before an import/ }).waitFor();
    await go(page, "/transfer");
    await said(page, "1 imported.").waitFor();
    await page.getByRole("button", { name: /^Undo import/ }).click();
    await dialogOf(page).getByText("Server: beta").waitFor();
    await press(page, "Replace with this backup");
    await dialogOf(page).getByText("Restored. Clients reconnect by themselves.").waitFor();
    await putAway(page);
    await go(page, "/servers");
    await server(page, "files").waitFor();
    await expect.poll(() => server(page, "beta").count()).toBe(0);
  },
);

test(
  "what fails is shown as what failed, at its place, and nothing is imported by mistake",
  { timeout: 2 * timeout },
  async () => {
    const testApp = await start();
    const { page } = testApp;
    const refused = async (text: string, headline: string): Promise<void> => {
      await openImport(page);
      await page.getByLabel("Paste a configuration").fill(text);
      await press(page, "Read configuration");
      await page.getByRole("alert").getByText(headline).waitFor();
      // What was pasted can be corrected.
      expect(await page.getByLabel("Paste a configuration").inputValue()).toBe(text);
    };
    await refused('{ "entities": ', "This file cannot be read.");
    await refused('{ "colour": "blue" }', "This is no file that can be imported.");
    await refused('{ "mcpServers": {} }', "There is nothing in this file.");
    await refused(
      '{ "version": "2025-03-26", "format": { "name": "local-mcp-gateway", "schema": 99 }, "entities": {} }',
      "This file is of a newer version.",
    );

    const file = join(testApp.home, "team.json");
    writeFileSync(
      file,
      JSON.stringify({
        version: "2025-03-26",
        format: { name: "local-mcp-gateway", schema: 1, key: null, secrets: 0, digest: "" },
        entities: {
          tools: [
            { name: "fine", url: "https://api.example.com/", integration_type: "REST" },
            { name: "broken", url: "not a URL", integration_type: "REST" },
          ],
          servers: [{ name: "dev", description: "Another text.", associated_tools: [] }],
        },
      }),
    );
    await openImport(page);
    await giveFile(page, file);
    await entries(page).waitFor();
    await page.getByText("1 cannot be imported").first().waitFor();
    expect(await importButton(page).isEnabled()).toBe(false);
    await page.getByRole("checkbox", { name: "Only what is in the way" }).click();
    await page
      .getByText(/^\/entities\/tools\/1\//)
      .first()
      .waitFor();
    await page.getByRole("checkbox", { name: "tool broken" }).click();
    // What is there and differs needs a choice first.
    await page.getByText("1 needs a choice").first().waitFor();
    expect(await importButton(page).isEnabled()).toBe(false);
    await page.getByRole("radio", { name: "Fail" }).click();
    await page.getByText("1 is there already").first().waitFor();
    expect(await importButton(page).isEnabled()).toBe(false);
    await page.getByRole("radio", { name: "Skip" }).first().click();
    await page.getByText("1 skipped").first().waitFor();
    await press(page, "Import 1 item");
    await said(page, "1 imported").first().waitFor();
    await go(page, "/tools");
    await page.getByRole("row").filter({ hasText: "fine" }).waitFor();
    expect(await page.getByRole("row").filter({ hasText: "broken" }).count()).toBe(0);
    await go(page, "/profiles");
    expect(await page.getByText("Another text.").count()).toBe(0);
  },
);

test(
  "what changes in between is planned anew and said, and a plan is still there after a look elsewhere",
  { timeout: 2 * timeout },
  async () => {
    const testApp = await start();
    const { page } = testApp;
    await read(testApp, clientFile("alpha"));
    await page.getByText("1 new").waitFor();
    await press(page, "Look at commands…");
    await go(page, "/servers");
    await page.keyboard.press("ControlOrMeta+N");
    await dialogOf(page).getByRole("textbox").first().fill(clientFile("alpha"));
    await dialogOf(page).getByRole("button", { name: /^Add/ }).click();
    await page.getByRole("dialog", { name: "Review command" }).waitFor();
    await page.keyboard.press("Escape");
    await server(page, "alpha").waitFor();
    await page.keyboard.press("ControlOrMeta+O");
    await press(page, "Import 1 item");
    await page
      .getByRole("alert")
      .getByText("What is configured has changed since the plan was made.")
      .waitFor();
    await page.getByText("1 same").waitFor();
    expect(await said(page, "1 imported").count()).toBe(0);
  },
);

test(
  "a thousand entries: those in view are drawn, all of them are imported",
  { timeout },
  async () => {
    const testApp = await start();
    const { page } = testApp;
    const file = join(testApp.home, "many.json");
    const servers = Array.from({ length: 1000 }, (_, at) => ({ name: `profile-${at}` }));
    writeFileSync(file, JSON.stringify({ version: "2025-03-26", entities: { servers } }));
    await openImport(page);
    await giveFile(page, file);
    await entries(page).waitFor();
    expect(await entries(page).getAttribute("aria-rowcount")).toBe("1000");
    expect(await entries(page).getByRole("row").count()).toBeLessThan(60);
    await entries(page).focus();
    await page.keyboard.press("End");
    await page.getByRole("heading", { level: 2, name: "profile profile-999" }).waitFor();
    await page.getByRole("searchbox", { name: "Filter entries" }).fill("profile-12");
    await page.getByRole("checkbox", { name: "All that are shown" }).click();
    await page.getByText("11 left out").waitFor();
    await press(page, "Import 989 items");
    await said(page, "989 imported.").waitFor();
    expect(await done(page).getByRole("option").first().getAttribute("aria-setsize")).toBe("989");
    await press(page, "Copy report");
    const report = await testApp.app.evaluate(({ clipboard }) => clipboard.readText());
    expect(report.split("\n").filter((line) => line.startsWith("+ profile "))).toHaveLength(989);
  },
);

test("an import by keys alone", { timeout }, async () => {
  const testApp = await start();
  const { page } = testApp;
  const { keyboard } = page;
  await keyboard.press("ControlOrMeta+O");
  await focused(heading(page, "Import"));
  const box = page.getByLabel("Paste a configuration");
  await paste(testApp, box, clientFile("alpha", "beta"));
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await focused(page.getByRole("button", { name: "Read configuration" }));
  await keyboard.press("Enter");
  await entries(page).waitFor();
  // Enter that is pressed through imports nothing: the focus is on the heading.
  await focused(page.getByRole("heading", { level: 1 }));
  await keyboard.press("Enter");
  await entries(page).focus();
  await keyboard.press("ArrowDown");
  await keyboard.press("Space");
  await page.getByText("1 left out").waitFor();
  expect(await page.getByRole("checkbox", { name: "server beta" }).isChecked()).toBe(false);
  await keyboard.press("Home");
  await page.getByRole("heading", { level: 2, name: "server alpha" }).waitFor();
  await page.getByRole("button", { name: "Another file…" }).focus();
  await keyboard.press("Tab");
  await focused(page.getByRole("button", { name: "Look at commands…" }));
  await keyboard.press("Enter");
  await focused(page.getByRole("heading", { level: 1 }));
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await focused(page.getByRole("button", { name: "Back to the plan" }));
  await keyboard.press("Tab");
  await focused(page.getByRole("button", { name: "Import 1 item" }));
  await keyboard.press("Enter");
  await said(page, "1 imported.").waitFor();
  await focused(heading(page, "Imported"));
});
