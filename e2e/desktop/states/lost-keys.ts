import { join } from "node:path";
import Database from "better-sqlite3";
import type { Page } from "playwright-core";
import { appDirectory, giveToApp, startApp, type TestApp } from "../app.ts";
import { seed, seedSmall } from "../seed.ts";
import {
  detailState,
  dialogOf,
  dialogState,
  next,
  pageState,
  press,
  type Scene,
  type State,
} from "./state.ts";

/** Writes into the database as if it had always been so. */
function write(dataDir: string, statements: string): void {
  const database = new Database(join(dataDir, "local-mcp-gateway.db"));
  database.exec(statements);
  database.close();
}

/** The page is read anew, after all keys of the vault have gone behind its back. */
export async function loseKeys({ dataDir, page }: TestApp): Promise<void> {
  write(dataDir, "DELETE FROM vault_keys");
  await page.reload();
}

/** An app in a session with GNOME Keyring, whose vault was sealed in one with KWallet. */
export async function startSealedElsewhere(scale = 1): Promise<TestApp> {
  const home = appDirectory();
  const { dataDir } = await seed(home, async (api) => {
    await api.vault.init({ passphrase: "a passphrase for tests" });
    await api.vault.addRecoveryKey();
    await seedSmall(api);
    await api.servers.create({
      name: "secretive",
      config: {
        transport: "http",
        url: "https://mcp.example.com/mcp",
        headers: { Authorization: "Bearer a token of some length" },
      },
      profiles: ["dev"],
    });
  });
  const params = JSON.stringify({ backend: "kwallet", account: "you" });
  write(
    dataDir,
    `UPDATE vault_keys SET provider = 'keychain', label = 'KWallet', params = '${params}' WHERE provider = 'passphrase'`,
  );
  giveToApp(home);
  const test = await startApp({ home, keychain: "gnome", scale });
  await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return test;
}

/** The state, after something of the database has gone. */
const without = (test: TestApp, statements: string, state: State): State => ({
  ...state,
  show: async (page: Page) => {
    write(test.dataDir, statements);
    await page.reload();
    await state.show(page);
  },
});

/** The vault was sealed with another keychain; then its keys are gone; then the audit log is. */
export const lostKeys: Scene = {
  name: "lost keys",
  open: async () => {
    const test = await startSealedElsewhere();
    return {
      test,
      states: [
        detailState("the keychain changed", "/overview", "this session offers GNOME Keyring"),
        pageState(
          "settings: vault, the keychain changed",
          "/settings?section=vault",
          "(KWallet → GNOME Keyring)",
        ),
        dialogState("unlock with the recovery key", "Unlock with the recovery key", (page) =>
          press(page, "Unlock with recovery key…"),
        ),
        next("with a typing mistake", async (page) => {
          await dialogOf(page).getByLabel("Recovery key").fill("7K3M-9QXT");
          await press(page, "Unlock vault");
          await dialogOf(page).locator("[aria-invalid=true]").waitFor();
        }),
        {
          ...pageState(
            "settings: vault, its key is missing",
            "/settings?section=vault",
            "No new key was made.",
          ),
          show: async (page) => {
            await loseKeys(test);
            await page.getByText("No new key was made.").waitFor();
          },
        },
        dialogState("forget the secrets", "Forget the unreadable secrets?", (page) =>
          press(page, "Forget unreadable secrets…"),
        ),
        detailState("the key is missing", "/overview", "1 stored secret cannot be read."),
        {
          name: "the secrets were forgotten",
          show: async (page) => {
            await press(page, "What can be done");
            await press(page, "Forget unreadable secrets…");
            await press(page, "Forget 1 secret");
            await page.getByText("There is no vault yet.").waitFor();
          },
        },
        pageState("a secret has to be entered again", "/servers/secretive/settings", "Forgotten"),
        without(
          test,
          "DELETE FROM audit_log",
          detailState("settings: audit log, empty", "/settings?section=audit", "is listed here"),
        ),
        without(
          test,
          "ALTER TABLE audit_log RENAME TO audit_log_away",
          detailState(
            "settings: audit log, unreadable",
            "/settings?section=audit",
            "The audit log could not be read.",
          ),
        ),
      ],
    };
  },
};
