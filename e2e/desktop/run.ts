/**
 * `npm run test:e2e`: the tests of the app, on a real Electron with its real sandbox and a display
 * of their own. Where there is no Electron or no display to be had it says why and passes, unless
 * LOCAL_MCP_E2E=required, as continuous integration sets it. `--full` goes through every state in
 * both themes and makes the screenshots.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { NoDesktop, openDesktop } from "./desktop.ts";
import { WORKERS } from "./workers.ts";

const desktop = await openDesktop(WORKERS).catch((error: unknown) => {
  if (!(error instanceof NoDesktop)) throw error;
  console.error(`The tests of the app were not run: ${error.message}`);
  process.exit(process.env["LOCAL_MCP_E2E"] === "required" ? 1 : 0);
});

/** One for each worker; see `own-display.ts`. */
const [display] = desktop.displays;
const env = {
  ...process.env,
  ...(display && {
    DISPLAY: display.name,
    E2E_DISPLAYS: desktop.displays.map(({ name }) => name).join(","),
  }),
  E2E_ELECTRON: JSON.stringify(desktop.electron),
  E2E_STAGE: JSON.stringify(desktop.stage),
  ...(process.argv.includes("--full") && { E2E_FULL: "1" }),
};

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
desktop.close();
process.exit(Number(code ?? 1));
