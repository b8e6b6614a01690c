/**
 * `npm start`: builds and opens the app. Where there can be no window it says why in one line and
 * serves without one.
 */
import { build as buildApp } from "electron-vite";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import { LEAN_ALLOCATOR } from "../packages/cli/src/lean-memory.ts";
import options from "../rolldown.config.ts";
import { findAccount, type Account } from "./electron/account.ts";
import { parseStartArguments } from "./electron/arguments.ts";
import { launchCommand } from "./electron/launch.ts";
import { accountObstacle, systemObstacle, windowObstacle } from "./electron/obstacles.ts";
import { resolveElectron, type Electron } from "./electron/resolve.ts";
import { runUntilStopped, whenParentIsGone } from "./electron/stop.ts";
import { ElectronUnavailable } from "./electron/unavailable.ts";

const { headless, as, rest } = parseStartArguments(process.argv.slice(2));
const root = process.getuid?.() === 0;
const CLI = resolve("out/cli/index.mjs");
const APP = resolve("out/main/index.mjs");

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const serveWithout = async (why: string | null): Promise<void> => {
  if (why) console.error(`${why} The gateway runs without a window.`);
  whenParentIsGone(() => process.kill(process.pid, "SIGTERM"));
  process.argv = [process.execPath, CLI, "serve", ...rest];
  // Begun anew, it would no longer watch whoever has started it.
  Object.assign(process.env, LEAN_ALLOCATOR);
  await import(pathToFileURL(CLI).href);
};

const accountNamed = async (name: string): Promise<Account> => {
  if (!root) return fail("--as needs root: start without it to run the app as yourself.");
  const account = await findAccount(name);
  if (!account) return fail(`There is no user “${name}” here.`);
  if (account.uid === 0) return fail("Electron does not run as root: name another user with --as.");
  return account;
};

const open = async (electron: Electron, account: Account | null): Promise<void> => {
  await buildApp({ logLevel: "warn" });
  const unreadable =
    account && (await accountObstacle(account, [CLI, APP, electron.executable, "package.json"]));
  if (unreadable) fail(unreadable);
  process.exitCode = await runUntilStopped(
    launchCommand(electron, { app: resolve("."), args: rest, account }),
  );
};

/** The Electron to open a window with, or why there is none. */
const electronFor = async (account: Account | null): Promise<Electron | string> => {
  const surroundings = { platform: process.platform, env: process.env, root };
  const obstacle = windowObstacle({ ...surroundings, asOther: account !== null });
  if (obstacle) return obstacle;
  try {
    const electron = await resolveElectron();
    return (await systemObstacle(electron.executable, account)) ?? electron;
  } catch (error) {
    if (error instanceof ElectronUnavailable) return error.message;
    throw error;
  }
};

const account = as === null ? null : await accountNamed(as);
await build(options);
if (headless) {
  await serveWithout(null);
} else {
  const electron = await electronFor(account);
  await (typeof electron === "string" ? serveWithout(electron) : open(electron, account));
}
