import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { appDirectory, startApp } from "../app.ts";
import { chooses } from "../person.ts";
import { hostile, seed, seedSmall } from "../seed.ts";
import { dialogOf, dialogState, go, next, pageState, press, type Scene } from "./state.ts";

const VAULT = "a passphrase for tests";
const PASSPHRASE = "seven brown hares cross the road";

/** A backup, and what was changed since; a folder that is gone; and how a restore goes. */
export const backups: Scene = {
  name: "backups",
  open: async () => {
    const home = appDirectory();
    const folder = join(home, "elsewhere");
    mkdirSync(folder);
    await seed(home, async (api) => {
      await api.vault.init({ passphrase: VAULT });
      await seedSmall(api);
      await api.backups.create({ passphrase: PASSPHRASE });
      await api.profiles.create({ slug: "later", name: "Later" });
      // It takes its time to end, so that the moment before can be looked at.
      await api.servers.create({
        name: "stubborn",
        config: hostile("ignores-eof"),
        confirmed: true,
        profiles: ["dev"],
      });
    });
    const test = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const row = test.page.getByRole("row").filter({ hasText: "today" }).first();
    const restore = (): Promise<void> => row.getByRole("button", { name: /^Restore/ }).click();
    return {
      test,
      states: [
        pageState("backups, without a passphrase for automatic ones", "/backups", "Verified"),
        {
          name: "backups: menu of a row",
          show: async (page) => {
            await row.getByRole("button", { name: /^More/ }).click();
            await page.getByRole("menuitem", { name: "Show in folder" }).waitFor();
          },
        },
        dialogState("back up now", "Back up now", (page) => press(page, "Back up now…")),
        next("with two that differ", async (page) => {
          await dialogOf(page)
            .getByLabel("Passphrase", { exact: true })
            .fill("one of quite some length");
          await press(page, "Back up now");
          await dialogOf(page).locator("[aria-invalid=true]").waitFor();
        }),
        next("without encryption", async (page) => {
          await dialogOf(page).getByText("Without encryption").click();
          await dialogOf(page).getByText("Make a plain file").waitFor();
        }),
        dialogState("verify a backup", /^Backup of today/, () =>
          row.getByRole("button", { name: /^Verify/ }).click(),
        ),
        next("all of it read", async (page) => {
          await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
          await press(page, "Verify backup");
          await dialogOf(page)
            .getByText(/^All of it was read/)
            .waitFor();
        }),
        dialogState("delete a backup", /^Delete the backup/, async (page) => {
          await row.getByRole("button", { name: /^More/ }).click();
          await page.getByRole("menuitem", { name: "Delete…" }).click();
        }),
        dialogState("choose what to restore", "Restore from a backup", (page) =>
          press(page, "Restore from a file…"),
        ),
        dialogState("the passphrase of a backup", "Restore from a backup", restore),
        next("a wrong one", async (page) => {
          await dialogOf(page)
            .getByLabel("Passphrase", { exact: true })
            .fill("not this one, surely");
          await press(page, "Open backup");
          await dialogOf(page).locator("[aria-invalid=true]").waitFor();
        }),
        next("what it would do", async (page) => {
          await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
          await press(page, "Open backup");
          await dialogOf(page).getByText("Profile: Later").waitFor();
        }),
        {
          name: "a restore under way",
          show: async (page) => {
            await restore();
            await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
            await press(page, "Open backup");
            await press(page, "Replace with this backup");
            await dialogOf(page).getByText("Stopping servers…").waitFor();
          },
        },
        next("restored", async (page) => {
          await dialogOf(page)
            .getByText(/^Restored\./)
            .waitFor();
        }),
        pageState("backups, with a restore that can be undone", "/backups", /^Restored today/),
        dialogState("undo a restore", "Undo the restore?", (page) => press(page, "Undo restore…")),
        // Automatic ones are made from here on.
        {
          name: "keep a passphrase",
          show: async (page) => {
            await press(page, "Keep one…");
            await press(page, "Make one for me…");
            await page.getByRole("dialog", { name: "Passphrase of your backups" }).waitFor();
            await page.keyboard.press("Escape");
            await dialogOf(page).getByRole("alert").waitFor();
          },
          leave: async (page) => {
            await dialogOf(page).getByRole("checkbox").click();
            await press(page, "Done");
            await dialogOf(page).waitFor({ state: "detached" });
          },
        },
        pageState("settings: backups", "/settings?section=backups", "A passphrase is kept"),
        {
          name: "the folder is gone",
          isPage: true,
          show: async (page) => {
            await chooses(test, folder);
            await press(page, "Choose…");
            await page.getByText("Changed ·").waitFor();
            rmSync(folder, { recursive: true });
            await go(page, "/backups");
            await press(page, "Back up now");
            await page.getByText("No backup was made.").waitFor();
          },
        },
      ],
    };
  },
};
