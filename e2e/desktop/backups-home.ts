/** A home with something to back up, and the way to a restore. */
import type { Gateway } from "@local-mcp/gateway";
import type { Locator, Page } from "playwright-core";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { heading } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press } from "./states/state.ts";

export const VAULT = "a passphrase for tests";
export const PASSPHRASE = "seven brown hares cross the road";

/** A passphrase is made into a key slowly, on purpose. */
export const timeout = 60_000;

export async function start(home: string): Promise<TestApp> {
  const testApp = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
  testApp.page.setDefaultTimeout(timeout);
  return testApp;
}

/** A home with a vault and one server. */
export async function home(more: (api: Gateway["api"]) => Promise<unknown> = async () => {}) {
  const directory = appDirectory();
  const { dataDir } = await seed(directory, async (api) => {
    await api.vault.init({ passphrase: VAULT });
    await seedSmall(api);
    // None comes by itself while a test looks at those that it made.
    await api.settings.update({ backupDaily: false });
    await more(api);
  });
  return { home: directory, dataDir };
}

/** With a backup of it, and a profile “Later” that is made afterwards. */
export const homeWithBackup = () =>
  home(async (api) => {
    await api.backups.create({ passphrase: PASSPHRASE });
    await api.profiles.create({ slug: "later", name: "Later" });
  });

export const row = (page: Page): Locator =>
  page.getByRole("row").filter({ hasText: "today" }).first();
export const profile = (page: Page, name: string): Locator =>
  page.getByRole("main").getByRole("link", { name, exact: true });

export async function openBackups({ page }: TestApp): Promise<void> {
  await heading(page, "Overview").waitFor();
  await go(page, "/backups");
  await heading(page, "Backups").waitFor();
}

/** Opens the preview of the first backup. */
export async function openPreview(page: Page): Promise<void> {
  await row(page)
    .getByRole("button", { name: /^Restore/ })
    .click();
  await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await press(page, "Open backup");
  await dialogOf(page)
    .getByText(/^Replace everything with the backup of today/)
    .waitFor();
}
