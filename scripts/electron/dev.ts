/** `npm run dev`: the app with hot reload. A changed main process restarts it. */
import { createServer } from "electron-vite";
import { environmentFor } from "./launch.ts";
import { systemObstacle, windowObstacle } from "./obstacles.ts";
import { resolveElectron } from "./resolve.ts";
import { whenParentIsGone } from "./stop.ts";
import { ElectronUnavailable } from "./unavailable.ts";

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const root = process.getuid?.() === 0;
const { platform, env } = process;
if (platform === "linux" && root) {
  fail("Electron does not run as root: `npm run dev` needs another user.");
}
const noWindow = windowObstacle({ platform, env, root, asOther: false });
if (noWindow) fail(noWindow);

const electron = await resolveElectron().catch((error: unknown) => {
  if (error instanceof ElectronUnavailable) return fail(error.message);
  throw error;
});
const lacking = await systemObstacle(electron.executable);
if (lacking) fail(lacking);

// electron-vite starts what these name, with the environment of this process.
const forTheApp = environmentFor(electron);
for (const name of Object.keys(env)) if (!(name in forTheApp)) delete env[name];
Object.assign(env, forTheApp, {
  ELECTRON_EXEC_PATH: electron.executable,
  ELECTRON_CLI_ARGS: JSON.stringify(process.argv.slice(2)),
});
whenParentIsGone(() => process.kill(process.pid, "SIGTERM"));
await createServer({ build: { watch: {} } }, {});
