/**
 * `npm run test:e2e`: the tests of the app, on a real Electron with its real sandbox and a display
 * of their own. Where there is no Electron or no display to be had it says why and passes, unless
 * LOCAL_MCP_E2E=required, as continuous integration sets it. `--full` goes through every state in
 * both themes and makes the screenshots.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openDisplay } from "../../scripts/electron/display.ts";
import { windowObstacle, systemObstacle } from "../../scripts/electron/obstacles.ts";
import { resolveElectron } from "../../scripts/electron/resolve.ts";
import { ElectronUnavailable } from "../../scripts/electron/unavailable.ts";
import { testAccount } from "./account.ts";
import { copyStage, workTree } from "./stage.ts";
import { WORKERS } from "./workers.ts";

const PROGRAMS = ["Xvfb", "dbus-run-session", "gnome-keyring-daemon"];
const SETUP = "`npm run setup:system` installs it.";

function giveUp(why: string): never {
  console.error(`The tests of the app were not run: ${why}`);
  process.exit(process.env["LOCAL_MCP_E2E"] === "required" ? 1 : 0);
}

const electron = await resolveElectron().catch((error: unknown) => {
  if (error instanceof ElectronUnavailable) return giveUp(error.message);
  throw error;
});
const linux = process.platform === "linux";
const account = await testAccount();
const lacking = await systemObstacle(electron.executable, account);
if (lacking) giveUp(lacking);
for (const program of linux ? PROGRAMS : []) {
  if (spawnSync(program, ["--version"]).error) giveUp(`there is no ${program}. ${SETUP}`);
}

/** One for each worker; see `own-display.ts`. */
const displays = linux ? await Promise.all(Array.from({ length: WORKERS }, openDisplay)) : [];
const [display] = displays;
const stage = account ? copyStage() : workTree;
const env = {
  ...process.env,
  ...(display && {
    DISPLAY: display.name,
    E2E_DISPLAYS: displays.map(({ name }) => name).join(","),
  }),
  E2E_ELECTRON: JSON.stringify(electron),
  E2E_STAGE: JSON.stringify(stage),
  ...(process.argv.includes("--full") && { E2E_FULL: "1" }),
};
const obstacle = windowObstacle({
  platform: process.platform,
  env,
  root: process.getuid?.() === 0,
  asOther: account !== null,
});
if (obstacle) giveUp(obstacle);

const vitest = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);
const args = process.argv.slice(2).filter((argument) => argument !== "--full");
const tests = spawn(process.execPath, [vitest, "run", "--project", "desktop", ...args], {
  env,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => tests.kill(signal));
const [code] = await once(tests, "exit");
for (const one of displays) one.close();
if (stage !== workTree) rmSync(stage.app, { recursive: true, force: true });
process.exit(Number(code ?? 1));
