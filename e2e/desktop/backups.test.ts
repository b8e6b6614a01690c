/** Backups by clicking and by keys alone: made, restored, undone; what goes wrong, and what cannot. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appDirectory, giveToApp } from "./app.ts";
import { everythingOn } from "./canary.ts";
import { choose, chooses, heading, saves } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press, putAway } from "./states/state.ts";
import {
  VAULT,
  PASSPHRASE,
  timeout,
  start,
  home,
  homeWithBackup,
  row,
  profile,
  openBackups,
} from "./backups-home.ts";

test(
  "made by one click, restored, undone; the passphrase is on the sheet and nowhere else",
  { timeout: 3 * timeout },
  async () => {
    const { home: directory } = await home();
    const testApp = await start(directory);
    const { page } = testApp;
    await heading(page, "Overview").waitFor();
    await press(page, "Skip setup");
    await page.getByText("No good backup yet").waitFor();
    await choose(testApp, "File", "Back up now…");
    await press(page, "Make one for me…");
    const sheet = page.getByRole("dialog", { name: "Passphrase of your backups" });
    const made = await sheet.getByRole("group", { name: "Passphrase" }).innerText();
    expect(made.length).toBeGreaterThan(25);
    // It does not go away by a slip.
    await page.keyboard.press("Escape");
    await sheet.getByRole("alert").waitFor();
    const file = join(directory, "sheet.txt");
    await saves(testApp, file);
    await press(page, "Save…");
    await expect
      .poll(() => existsSync(file) && readFileSync(file, "utf8"), { timeout })
      .toContain(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await sheet.getByRole("checkbox", { name: "I have kept it" }).click();
    await press(page, "Done");
    await row(page).getByText("Verified").waitFor();
    expect(await everythingOn(page)).not.toContain(made);

    await press(page, "Back up now");
    await expect.poll(() => page.getByRole("row").count(), { timeout }).toBe(3);
    await go(page, "/overview");
    await page.getByText("Last good backup: today").waitFor();

    await go(page, "/profiles");
    await page.keyboard.press("Shift+ControlOrMeta+N");
    await dialogOf(page).getByRole("textbox", { name: "Name" }).fill("Later");
    await press(page, "Create profile");
    await dialogOf(page).waitFor({ state: "detached" });
    await go(page, "/profiles");
    await profile(page, "Later").waitFor();
    await go(page, "/backups");
    await row(page)
      .getByRole("button", { name: /^Restore/ })
      .click();
    // The passphrase is kept, so nobody is asked for it. What is shown has changed nothing.
    await dialogOf(page)
      .getByText(/^Profile: Later$/)
      .waitFor();
    expect(await dialogOf(page).getByRole("button", { name: "Undo restore…" }).count()).toBe(0);
    await press(page, "Replace with this backup");
    await dialogOf(page).getByText("Restored. Clients reconnect by themselves.").waitFor();
    await putAway(page);
    await page.getByText(/^Restored today/).waitFor();
    await go(page, "/profiles");
    await profile(page, "dev").waitFor();
    await expect.poll(() => profile(page, "Later").count(), { timeout }).toBe(0);

    await go(page, "/backups");
    await press(page, "Undo restore…");
    await press(page, "Undo restore");
    await dialogOf(page).getByText("What was there before is back.").waitFor();
    await putAway(page);
    await go(page, "/profiles");
    await profile(page, "Later").waitFor();
    // Served again, and followed by the window as before.
    await go(page, "/servers");
    await page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  },
);

test(
  "what cannot be restored says why; what is made is verified, copied and deleted",
  { timeout: 3 * timeout },
  async () => {
    const { home: directory, dataDir } = await homeWithBackup();
    const testApp = await start(directory);
    const { page } = testApp;
    await openBackups(testApp);
    const name = (await row(page).getAttribute("data-file")) ?? "";
    const copy = join(directory, "copy.age");
    await saves(testApp, copy);
    await row(page).getByRole("button", { name: /^More/ }).click();
    await page.getByRole("menuitem", { name: "Save a copy…" }).click();
    const original = readFileSync(join(dataDir, "backups", name));
    await expect
      .poll(() => existsSync(copy) && readFileSync(copy).equals(original), { timeout })
      .toBe(true);
    expect(existsSync(`${copy}.partial`)).toBe(false);

    await row(page)
      .getByRole("button", { name: /^Verify/ })
      .click();
    await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await press(page, "Verify backup");
    await dialogOf(page)
      .getByText(/^All of it was read/)
      .waitFor();
    await press(page, "Try it out in a scratch folder");
    await dialogOf(page).getByRole("status", { name: "What trying it out found" }).waitFor();
    await putAway(page);

    const broken = Buffer.from(original);
    broken.writeUInt8(broken.readUInt8(broken.length - 100) ^ 1, broken.length - 100);
    writeFileSync(copy, broken);
    await chooses(testApp, copy);
    await choose(testApp, "File", "Restore from backup…");
    await press(page, "Choose a file…");
    await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await press(page, "Open backup");
    await dialogOf(page)
      .getByText(/is damaged: .* Your data is unchanged\./)
      .waitFor();
    await putAway(page);

    await row(page).getByRole("button", { name: /^More/ }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialogOf(page).getByText("There is no other good backup.").waitFor();
    await press(page, "Delete backup");
    await page.getByText("A backup is one encrypted file with everything").waitFor();
    expect(existsSync(join(dataDir, "backups", name))).toBe(false);
  },
);

test(
  "a folder that is gone is told on every page, with the way out",
  { timeout: 3 * timeout },
  async () => {
    const directory = appDirectory();
    const folder = join(directory, "elsewhere");
    mkdirSync(folder);
    await seed(directory, async (api) => {
      await api.vault.init({ passphrase: VAULT });
      await seedSmall(api);
      await api.settings.update({ backupFolder: folder });
      await api.backups.keepPassphrase({});
    });
    rmSync(folder, { recursive: true });
    const testApp = await start(directory);
    const { page } = testApp;
    await heading(page, "Overview").waitFor();
    const banner = page.getByRole("region", { name: new RegExp(`cannot be written to ${folder}`) });
    await banner.waitFor();
    await banner.getByRole("button", { name: "Choose folder…" }).click();
    await heading(page, "Settings").waitFor();
    const other = join(directory, "other");
    mkdirSync(other);
    giveToApp(directory);
    await chooses(testApp, other);
    await press(page, "Choose…");
    await expect
      .poll(() => page.getByLabel("Folder", { exact: true }).inputValue(), { timeout })
      .toBe(other);
    await banner.waitFor({ state: "detached" });
  },
);
