import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { stage, type TestApp } from "./app.ts";

/** The name of a page, as its heading says it. */
export const heading = (page: Page, name: string): Locator =>
  page.getByRole("heading", { level: 1, name, exact: true });

export const isFocused = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** Waits until the focus is there. */
export async function focused(target: Locator): Promise<void> {
  await expect.poll(() => isFocused(target), { timeout: 5000 }).toBe(true);
}

/** Chooses an entry of the menu bar, by the labels on the way to it. */
export const choose = ({ app }: TestApp, ...labels: string[]): Promise<void> =>
  app.evaluate(({ Menu }, way) => {
    let items = Menu.getApplicationMenu()?.items ?? [];
    for (const wanted of way) {
      const item = items.find(({ label }) => label.replaceAll("&", "") === wanted);
      if (!item) throw new Error(`There is no ${wanted}.`);
      if (item.submenu) items = item.submenu.items;
      else item.click();
    }
  }, labels);

/** Puts a text where Ctrl+V takes it from. */
export const copied = ({ app }: TestApp, text: string): Promise<void> =>
  app.evaluate(({ clipboard }, words) => clipboard.writeText(words), text);

/** Pastes a text into a field, as a person does. */
export async function paste(testApp: TestApp, into: Locator, text: string): Promise<void> {
  await copied(testApp, text);
  await into.focus();
  await testApp.page.keyboard.press("ControlOrMeta+V");
}

/** A server that works, as it stands in a client's file. */
export const demoEntry = (name: string) => ({
  command: stage().node,
  args: [`${stage().app}/e2e/desktop/servers/demo.mjs`, name],
});

/** One whose tools show what it was given, as it stands in a client's file. */
export const fixtureEntry = (env: Record<string, string> = {}, ...args: string[]) => ({
  command: stage().node,
  args: [`${stage().fixtures}/stdio-server.mjs`, ...args],
  env,
});

/** What the system's dialog for files answers from now on; null where it is cancelled. */
export const chooses = ({ app }: TestApp, path: string | null): Promise<void> =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () =>
      Promise.resolve({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] });
  }, path);

/** Pages that the app would open in the browser are only noted from now on. */
export const opensNoPages = ({ app }: TestApp): Promise<void> =>
  app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = (url) => {
      opened.push(url);
      return Promise.resolve();
    };
  });

/** What it would have opened, since {@link opensNoPages}. */
export const opened = async ({ app }: TestApp): Promise<string[]> => {
  const urls: unknown = await app.evaluate(() => Reflect.get(globalThis, "opened"));
  return Array.isArray(urls) ? urls.map(String) : [];
};

/** Where the system's dialog for a new file says that it goes. */
export const saves = ({ app }: TestApp, path: string): Promise<void> =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, path);

/** What the system's dialogs for questions are answered with, the last one again and again. */
export const questionsAnswered = (
  { app }: TestApp,
  answers: { response: number; checkboxChecked: boolean }[],
): Promise<void> =>
  app.evaluate(({ dialog }, given) => {
    const questions: unknown[] = [];
    Object.assign(globalThis, { questions });
    dialog.showMessageBox = (...args: unknown[]) => {
      const answer = given[Math.min(questions.length, given.length - 1)];
      questions.push(args.at(-1));
      return Promise.resolve(answer ?? { response: 0, checkboxChecked: false });
    };
  }, answers);

/** What they were asked, since {@link questionsAnswered}. */
export const asked = async ({ app }: TestApp): Promise<unknown[]> => {
  const questions: unknown = await app.evaluate(() => Reflect.get(globalThis, "questions"));
  return Array.isArray(questions) ? questions : [];
};

/** Starts the app once more, on the same data, and waits until it has handed over. */
export async function launchAgain({ home, dataDir }: TestApp, ...args: string[]): Promise<void> {
  const launch = spawn(
    join(home, "start-app"),
    [stage().app, "--password-store=basic", "--data-dir", dataDir, ...args],
    {
      env: { ...process.env, HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: join(home, "run") },
      stdio: "ignore",
      // It must not stay, and be an app of its own.
      timeout: 15_000,
      killSignal: "SIGKILL",
    },
  );
  const [code] = await once(launch, "exit");
  expect(code).toBe(0);
}
