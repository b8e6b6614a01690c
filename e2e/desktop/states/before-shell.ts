import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createGateway } from "@local-mcp/gateway";
import { afterTest } from "../../fixtures/test-support.ts";
import { appDirectory, giveToApp, startApp } from "../app.ts";
import { seed, seedSmall } from "../seed.ts";
import type { Scene } from "./state.ts";

/** Data that the app cannot open: it says so in the whole window, and writes nothing. */
const unopened = (
  name: string,
  says: string,
  spoil: (dataDir: string, home: string) => Promise<void> | void,
): Scene => ({
  name,
  open: async () => {
    const home = appDirectory();
    const { dataDir } = await seed(home, seedSmall);
    await spoil(dataDir, home);
    giveToApp(home);
    const test = await startApp({ home });
    return {
      test,
      states: [
        { name, isPage: true, show: (page) => page.getByRole("heading", { name: says }).waitFor() },
      ],
    };
  },
});

const file = (dataDir: string): string => join(dataDir, "local-mcp-gateway.db");

export const beforeShell: Scene[] = [
  unopened("held by another", "is using this data folder", async (dataDir, home) => {
    const other = await createGateway({
      dataDir,
      kind: "app",
      env: { PATH: process.env["PATH"], HOME: home },
      log: () => undefined,
    });
    afterTest(() => other.close());
  }),
  unopened("written by a newer version", "written by a newer version", (dataDir) => {
    const database = new Database(file(dataDir));
    database.pragma("user_version = 9999");
    database.close();
  }),
  unopened("damaged", "The configuration database is damaged.", (dataDir) => {
    writeFileSync(file(dataDir), "This is a letter, not a database. ".repeat(100));
  }),
];
