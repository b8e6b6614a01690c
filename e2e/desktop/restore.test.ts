/** Restores by clicking and by keys alone: given up, too late for that, and what the app starts with. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { everythingOn } from "./canary.ts";
import { chooses, focused, heading } from "./person.ts";
import { hostile } from "./seed.ts";
import { dialogOf, go, press, putAway } from "./states/state.ts";
import {
  PASSPHRASE,
  timeout,
  start,
  home,
  homeWithBackup,
  row,
  profile,
  openBackups,
  openPreview,
} from "./backups-home.ts";

test(
  "by keys alone: a file from elsewhere, a wrong passphrase, the right one, nothing by Enter",
  { timeout: 3 * timeout },
  async () => {
    const { home: directory, dataDir } = await homeWithBackup();
    const testApp = await start(directory);
    const { page } = testApp;
    await openBackups(testApp);
    const name = (await row(page).getAttribute("data-file")) ?? "";
    await chooses(testApp, join(dataDir, "backups", name));
    await page.keyboard.press("ControlOrMeta+K");
    await page.keyboard.type("restore");
    await page.getByRole("option", { name: /Restore from a backup/ }).waitFor();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Restore from a backup" });
    await dialog.getByRole("button", { name: "Choose a file…" }).press("Enter");
    const field = dialog.getByLabel("Passphrase", { exact: true });
    await focused(field);
    await page.keyboard.type("not this one, surely");
    await page.keyboard.press("Enter");
    await dialog
      .getByText("This passphrase does not open the file. Your data is unchanged.")
      .waitFor();
    await focused(field);
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press("Enter");
    await dialog.getByText(/^Profile: Later$/).waitFor();
    await focused(dialog.getByRole("heading", { name: "Restore from a backup" }));
    // Enter that is pressed through replaces nothing.
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await everythingOn(page)).not.toContain(PASSPHRASE);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await everythingOn(page)).not.toContain(PASSPHRASE);
    await go(page, "/profiles");
    await profile(page, "Later").waitFor();

    // Opened once more it knows nothing of the passphrase before.
    await go(page, "/backups");
    await row(page)
      .getByRole("button", { name: /^Restore/ })
      .press("Enter");
    await focused(field);
    expect(await field.inputValue()).toBe("");
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press("Enter");
    const replace = dialog.getByRole("button", { name: "Replace with this backup" });
    await replace.waitFor();
    await page.keyboard.press("Shift+Tab");
    await focused(replace);
    await page.keyboard.press("Space");
    await dialog.getByText("Restored. Clients reconnect by themselves.").waitFor();
    expect(await everythingOn(page)).not.toContain(PASSPHRASE);
  },
);

test(
  "a restore can be cancelled until servers are stopped, and not any more then",
  { timeout: 3 * timeout },
  async () => {
    const { home: directory } = await home(async (api) => {
      await api.backups.create({ passphrase: PASSPHRASE });
      // It takes its time to end.
      await api.servers.create({
        name: "stubborn",
        config: hostile("ignores-eof"),
        confirmed: true,
        profiles: ["dev"],
      });
    });
    const testApp = await start(directory);
    const { page } = testApp;
    const replace = async (): Promise<void> => {
      await go(page, "/servers");
      await page
        .getByRole("row", { name: /stubborn/ })
        .getByText("Ready")
        .waitFor();
      await go(page, "/backups");
      await openPreview(page);
      await press(page, "Replace with this backup");
    };
    await replace();
    await press(page, "Cancel: Restoring");
    await dialogOf(page).getByText("It was cancelled. Your data is unchanged.").waitFor();
    await putAway(page);

    await replace();
    await dialogOf(page).getByText("Stopping servers…").waitFor();
    await dialogOf(page).getByText("It cannot be stopped now.").waitFor();
    expect(await page.getByRole("button", { name: /^Cancel/ }).count()).toBe(0);
    await dialogOf(page)
      .getByText(/^Restored\./)
      .waitFor();
    await putAway(page);
    await go(page, "/servers");
    await expect
      .poll(() => page.getByRole("row", { name: /stubborn/ }).count(), { timeout })
      .toBe(0);
  },
);

test(
  "a damaged database: the last good backup takes its place, and the app starts",
  { timeout: 3 * timeout },
  async () => {
    const { home: directory, dataDir } = await homeWithBackup();
    const path = join(dataDir, "local-mcp-gateway.db");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, 4096, 12_288));
    const testApp = await start(directory);
    const { page } = testApp;
    await heading(page, "The configuration database is damaged.").waitFor();
    await page.getByText(/^The last good backup is from today/).waitFor();
    await press(page, "Restore it…");
    await dialogOf(page)
      .getByRole("button", { name: /^Open the backup/ })
      .click();
    const field = dialogOf(page).getByLabel("Passphrase", { exact: true });
    await field.fill("not this one, surely");
    await press(page, "Restore backup");
    await dialogOf(page).getByText("This passphrase does not open the file.").waitFor();
    await field.fill(PASSPHRASE);
    await press(page, "Restore backup");
    await heading(page, "Overview").waitFor();
    expect(await everythingOn(page)).not.toContain(PASSPHRASE);
    await go(page, "/servers");
    await page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  },
);
