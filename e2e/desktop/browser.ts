import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { appDirectory, giveToApp, startApp, type TestApp } from "./app.ts";

/** A real browser: Electron's own Chromium with a plain window. */
export async function startBrowser(): Promise<TestApp> {
  const home = appDirectory();
  const program = join(home, "browser.cjs");
  copyFileSync(join(import.meta.dirname, "browser.cjs"), program);
  giveToApp(home);
  return startApp({ home, program });
}
