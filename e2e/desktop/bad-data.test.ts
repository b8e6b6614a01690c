/** A data directory that cannot be opened, or whose app was killed: told before the shell, and nothing lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { asUser } from "../../scripts/electron/account.ts";
import { descendants, isAlive } from "../processes.ts";
import { testAccount } from "./account.ts";
import { appDirectory, stage, startApp, type TestApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { chooses, heading } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";

const DATABASE = "local-mcp-gateway.db";
const account = await testAccount();

/** The command line, serving a data directory as the user of the app. */
async function serve(home: string, dataDir: string): Promise<ChildProcess> {
  const { node, app } = stage();
  const command = [join(app, "out/cli/index.mjs"), "serve", "--port", "0", "--data-dir", dataDir];
  const { program, args } = asUser(account, node, command);
  const env = { PATH: process.env["PATH"], HOME: home };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface(child.stdout), "line");
  return child;
}

/** Every file of a directory with what is in it, but for what belongs to Chromium and the lock. */
const contentOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.startsWith(DATABASE))
      .map(({ name }) => [name, readFileSync(join(directory, name), "hex")]),
  );

const told = ({ page }: TestApp, title: string): Promise<void> =>
  page.getByRole("heading", { level: 1, name: title }).waitFor();

test("data that a gateway without a window holds: named, and opened once it is let go", async () => {
  const home = appDirectory();
  const { dataDir } = await seed(home, seedSmall);
  const holder = await serve(home, dataDir);
  const testApp = await startApp({ home });
  const { page } = testApp;
  await told(
    testApp,
    `Another Local MCP Gateway (pid ${holder.pid}, serve) is using this data folder.`,
  );
  expect(await page.getByRole("navigation").count()).toBe(0);
  expect(await page.getByRole("button", { name: "Show it" }).count()).toBe(0);
  await page.getByRole("button", { name: "Try again" }).click();
  await told(testApp, `Another Local MCP Gateway (pid ${holder.pid}, serve)`);
  holder.kill("SIGTERM");
  await once(holder, "exit");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "Servers" }).click();
  await page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
});

test("data that another app holds: its window is shown", async () => {
  const home = appDirectory();
  const first = await startApp({ home, dataDir: null });
  const isShown = (): Promise<boolean> =>
    first.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true,
    );
  await heading(first.page, "Overview").waitFor();
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await expect.poll(isShown).toBe(false);
  const second = await startApp({ home, dataDir: first.dataDir });
  await told(
    second,
    `Another Local MCP Gateway (pid ${first.pid}, app) is using this data folder.`,
  );
  await second.page.getByRole("button", { name: "Show it" }).click();
  await expect.poll(isShown, { timeout: 10_000 }).toBe(true);
  expect(isAlive(second.pid)).toBe(true);
});

test("data of a newer version stays as it is; another folder is one step away", async () => {
  const home = appDirectory();
  const { dataDir } = await seed(home, seedSmall);
  const path = join(dataDir, DATABASE);
  const bytes = readFileSync(path);
  // https://sqlite.org/fileformat.html, “User Version”: how many migrations the file has had.
  bytes.writeUInt32BE(9999, 60);
  writeFileSync(path, bytes);
  const before = contentOf(dataDir);
  const testApp = await startApp({ home });
  const { app, page, pid } = testApp;
  await told(testApp, "This data was written by a newer version.");
  await page.getByText("Nothing was changed.").first().waitFor();
  await page.getByText(path, { exact: true }).waitFor();
  expect(await page.getByRole("navigation").count()).toBe(0);
  await page.getByRole("button", { name: "Try again" }).click();
  await told(testApp, "This data was written by a newer version.");

  const other = join(home, "other");
  await chooses(testApp, other);
  // Started again for real, the new app would be nobody's.
  const relaunched = app.evaluate(
    ({ app: electronApp }) =>
      new Promise<string[]>((resolve) => {
        electronApp.relaunch = (options) => resolve(options?.args ?? []);
      }),
  );
  await page.getByRole("button", { name: "Open another folder…" }).click();
  expect((await relaunched).join(" ")).toContain(`--data-dir ${other}`);
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  expect(contentOf(dataDir)).toEqual(before);
});

test("a damaged database is told, and not one byte of it is touched", async () => {
  const home = appDirectory();
  const { dataDir } = await seed(home, seedSmall);
  const path = join(dataDir, DATABASE);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 4096, 12_288));
  const before = contentOf(dataDir);
  const testApp = await startApp({ home });
  const { app, page } = testApp;
  await told(testApp, "The configuration database is damaged.");
  await page.getByText("There is no backup in the data folder.").waitFor();
  await app.evaluate(({ shell }) => {
    shell.showItemInFolder = (item) => void Object.assign(globalThis, { item });
  });
  await page.getByRole("button", { name: "Open data folder" }).click();
  await expect.poll(() => app.evaluate(() => Reflect.get(globalThis, "item"))).toBe(path);
  await testApp.close();
  expect(contentOf(dataDir)).toEqual(before);
});

test("a data directory that is a file is told as such, and stays one", async () => {
  const home = appDirectory();
  const file = join(home, "a-file");
  writeFileSync(file, "not a folder");
  const testApp = await startApp({ home, dataDir: file });
  await told(testApp, "The data folder cannot be used.");
  await testApp.page.getByRole("button", { name: "Open another folder…" }).waitFor();
  await testApp.close();
  expect(readFileSync(file, "utf8")).toBe("not a folder");
});

test("killed the moment a change was told: it is there again, and nothing of the dead one lives", async () => {
  const home = appDirectory();
  await seed(home, seedSmall);
  const first = await startApp({ home });
  const { page, pid, dataDir } = first;
  await page.getByRole("link", { name: "Servers" }).click();
  await page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  const all = [pid, ...descendants(pid)];
  await page.keyboard.press("Shift+ControlOrMeta+N");
  const dialog = page.getByRole("dialog", { name: "New profile" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("Writing");
  await dialog.getByRole("button", { name: "Create profile" }).click();
  await dialog.waitFor({ state: "detached" });
  process.kill(pid, "SIGKILL");
  await expect.poll(() => all.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  expect(endpoint(dataDir).pid).toBe(pid);

  const second = await startApp({ home });
  await second.page.getByRole("link", { name: "Profiles" }).click();
  await second.page.getByRole("link", { name: "Writing", exact: true }).waitFor();
  await second.page.getByRole("link", { name: "Servers" }).click();
  await second.page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  expect(endpoint(dataDir).pid).toBe(second.pid);
});
