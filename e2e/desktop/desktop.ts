import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import type { Account } from "../../scripts/electron/account.ts";
import { type Display, openDisplay } from "../../scripts/electron/display.ts";
import { systemObstacle, windowObstacle } from "../../scripts/electron/obstacles.ts";
import { type Electron, resolveElectron } from "../../scripts/electron/resolve.ts";
import { ElectronUnavailable } from "../../scripts/electron/unavailable.ts";
import { testAccount } from "./account.ts";
import { copyStage, type Stage, workTree } from "./stage.ts";

const PROGRAMS = ["Xvfb", "dbus-run-session", "gnome-keyring-daemon"];
const SETUP = "`npm run setup:system` installs it.";

/** Why the app cannot be started here, as a sentence. */
export class NoDesktop extends Error {}

/** What a test of the app needs: Electron, who it runs as, and displays that are nobody's. */
export interface Desktop {
  electron: Electron;
  /** Another than this process runs as; null where Electron can run as that. */
  account: Account | null;
  /** As many as were asked for on Linux, none elsewhere. */
  displays: Display[];
  stage: Stage;
  close(): void;
}

/** @throws NoDesktop */
export async function openDesktop(displayCount: number): Promise<Desktop> {
  const electron = await resolveElectron().catch((error: unknown) => {
    throw error instanceof ElectronUnavailable ? new NoDesktop(error.message) : error;
  });
  const linux = process.platform === "linux";
  const account = await testAccount();
  const lacking = await systemObstacle(electron.executable, account);
  if (lacking) throw new NoDesktop(lacking);
  for (const program of linux ? PROGRAMS : []) {
    if (spawnSync(program, ["--version"]).error) {
      throw new NoDesktop(`there is no ${program}. ${SETUP}`);
    }
  }
  const displays = linux
    ? await Promise.all(Array.from({ length: displayCount }, openDisplay))
    : [];
  const obstacle = windowObstacle({
    platform: process.platform,
    env: { ...process.env, ...(displays[0] && { DISPLAY: displays[0].name }) },
    root: process.getuid?.() === 0,
    asOther: account !== null,
  });
  const closeDisplays = (): void => displays.forEach((display) => display.close());
  if (obstacle) {
    closeDisplays();
    throw new NoDesktop(obstacle);
  }
  const stage = account ? copyStage() : workTree;
  return {
    electron,
    account,
    displays,
    stage,
    close: () => {
      closeDisplays();
      if (stage !== workTree) rmSync(stage.app, { recursive: true, force: true });
    },
  };
}
