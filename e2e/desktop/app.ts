import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, errors, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { Account } from "../../scripts/electron/account.ts";
import { environmentFor } from "../../scripts/electron/launch.ts";
import { pause } from "../command-line.ts";
import { descendants, isAlive } from "../processes.ts";
import { testAccount } from "./account.ts";
import { type Keyring, onDesktop, passwordStore, script } from "./keyring.ts";

/** Which Electron to run, as e2e/desktop/run.ts found it. */
export const electron = z
  .object({ executable: z.string(), nativeBinding: z.string().nullable() })
  .parse(JSON.parse(process.env["E2E_ELECTRON"] ?? "null"));

/** Who the app runs as. */
export const account = await testAccount();

/** Everything under it belongs to whoever the app runs as. */
export const giveToApp = (directory: string): void => giveTo(account, directory);

export function giveTo(account: Account | null, directory: string): void {
  if (!account) return;
  const own = (path: string): void => lchownSync(path, account.uid, account.gid);
  own(directory);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    own(join(entry.parentPath, entry.name));
}

/** A directory that the app may use; gone after the test. */
export function appDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "lmg-"));
  chmodSync(directory, 0o755);
  giveToApp(directory);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** The built app, a Node for servers and the fixture servers, as e2e/desktop/run.ts laid them out. */
export const stage = (): { app: string; node: string; fixtures: string } => {
  const { app, node } = z
    .object({ app: z.string(), node: z.string() })
    .parse(JSON.parse(process.env["E2E_STAGE"] ?? "null"));
  return { app, node, fixtures: join(app, "e2e/fixtures") };
};

export interface AppOptions {
  /** Another program for Electron than the app; read where it is, so it must be the app's to read. */
  program?: string;
  /** Made by {@link appDirectory}; a new one otherwise. */
  home?: string;
  /** Null for the one that the app takes by itself. */
  dataDir?: string | null;
  args?: string[];
  env?: Record<string, string>;
  keychain?: Keyring;
  /** Device pixels per CSS pixel. */
  scale?: number;
}

export interface TestApp {
  app: ElectronApplication;
  page: Page;
  dataDir: string;
  home: string;
  /** Process id of the main process. */
  pid: number;
  /** What the app wrote to its outputs. */
  output: string[];
  /** Ends it as a person would from its menu, and checks that nothing of it is left. */
  close(): Promise<void>;
}

/** Writes what Playwright starts: Electron as the app's user, on a desktop with that keyring. */
function launcher(home: string, keyring: Keyring): string {
  const hold = join(home, "hold-ready.cjs");
  copyFileSync(join(import.meta.dirname, "hold-ready.cjs"), hold);
  const command = onDesktop(account, home, keyring, `"${electron.executable}" -r ${hold}`);
  return script(join(home, "start-app"), `exec ${command.join(" ")} "$@"`);
}

/** A page that has not come by then is one that stays paused, ms. */
const ATTACH_MS = 8000;
const ATTEMPTS = 4;

/** The app as Playwright started it. */
interface Launched {
  app: ElectronApplication;
  pid: number;
  output: string[];
}

async function launch(
  executablePath: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<Launched> {
  const app = await _electron.launch({
    executablePath,
    // Without it Playwright turns the sandbox off.
    chromiumSandbox: true,
    // It would pretend a light theme otherwise.
    colorScheme: null,
    args,
    env: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    timeout: 30_000,
  });
  const child = app.process();
  const output: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  return { app, output, pid: await pidOf(app) };
}

/**
 * Its own, not that of what started it. Asked again where V8 has collected the promise that
 * Playwright waits for, as happens while a main process starts (playwright issue 33737).
 */
async function pidOf(app: ElectronApplication): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await app.evaluate(() => process.pid);
    } catch (error) {
      const isCollected = String(error).includes("promise was garbage collected");
      if (!isCollected || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Ends it as a person would from its menu. @throws Error where something of it is left after 15 s */
async function end({ app, pid, output }: Launched): Promise<void> {
  const all = [pid, ...descendants(pid)];
  await app.evaluate(({ app: electronApp }) => electronApp.quit()).catch(() => undefined);
  for (let tries = 0; tries < 150 && all.some(isAlive); tries += 1) await pause(100);
  const left = all.filter(isAlive);
  for (const one of left) process.kill(one, "SIGKILL");
  if (left.length > 0)
    throw new Error(`${left.length} processes outlived the app by 15 s:\n${output.join("")}`);
}

/** The window's page; null where it stays paused. */
async function openedPage(app: ElectronApplication): Promise<Page | null> {
  try {
    const page = await app.firstWindow({ timeout: ATTACH_MS });
    await page.waitForLoadState("domcontentloaded", { timeout: ATTACH_MS });
    return page;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return null;
    throw error;
  }
}

/**
 * Starts the app on a data directory of its own. Ended after the test, if it has not ended before.
 *
 * On a busy machine Chromium 130 now and then leaves a page paused that Playwright wanted to see from
 * its first moment (never without Playwright). The app is then ended, and started once more.
 */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  const home = options.home ?? appDirectory();
  const dataDir =
    options.dataDir === null
      ? join(home, ".local-mcp-gateway-data")
      : (options.dataDir ?? join(home, "data"));
  const runtimeDir = join(home, "run");
  if (!existsSync(runtimeDir)) mkdirSync(runtimeDir, { mode: 0o700 });
  giveToApp(home);
  const keychain = options.keychain ?? "basic";
  const env = environmentFor(electron, {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    TZ: "UTC",
    DISPLAY: process.env["DISPLAY"],
    SHELL: "/bin/sh",
    HOME: home,
    TMPDIR: home,
    XDG_RUNTIME_DIR: runtimeDir,
    PORT: "0",
    ...options.env,
  });
  const args = [
    options.program ?? stage().app,
    passwordStore(keychain),
    `--force-device-scale-factor=${options.scale ?? 1}`,
    ...(options.dataDir === null ? [] : ["--data-dir", dataDir]),
    ...(options.args ?? []),
  ];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const launched = await launch(launcher(home, keychain), args, env);
    let open = true;
    const close = async (): Promise<void> => {
      if (open) await end(launched);
      open = false;
    };
    onTestFinished(close);
    const page = await openedPage(launched.app);
    if (page !== null) {
      page.setDefaultTimeout(15_000);
      return { ...launched, page, dataDir, home, close };
    }
    await close();
  }
  throw new Error(`The app was started ${ATTEMPTS} times, and its page stayed paused each time.`);
}
