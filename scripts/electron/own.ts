import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { run } from "./run.ts";

/** ms; how long until a download site that does not answer counts as out of reach. */
const REACH_TIMEOUT = 5000;
/** ms; 115 MB over a slow line. */
const DOWNLOAD_TIMEOUT = 20 * 60 * 1000;
const RELEASES = "https://github.com/electron/electron/releases/";

const folder = dirname(createRequire(import.meta.url).resolve("electron/package.json"));
const manifest = z.object({ version: z.string() });

export interface OwnElectron {
  dist: string;
  executable: string;
  version: string;
}

/** What the `electron` package has downloaded, if it is whole and of the package's version. */
const installed = async (): Promise<OwnElectron | null> => {
  const text = async (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  const { version } = manifest.parse(JSON.parse(await text("package.json")));
  const dist = join(folder, "dist");
  try {
    const executable = join(dist, await text("path.txt"));
    await stat(executable);
    const of = (await text(join("dist", "version"))).trim().replace(/^v/, "");
    return of === version ? { dist, executable, version } : null;
  } catch {
    // Not there, or half: the package's own installer decides the same way.
    return null;
  }
};

/** Behind a proxy only the installer can tell: it knows the proxy, and this request does not. */
const isReachable = async (env: NodeJS.ProcessEnv): Promise<boolean> => {
  if (env["HTTPS_PROXY"] ?? env["https_proxy"]) return true;
  const signal = AbortSignal.timeout(REACH_TIMEOUT);
  const mirror = env["ELECTRON_MIRROR"] ?? env["npm_config_electron_mirror"] ?? RELEASES;
  return fetch(mirror, { method: "HEAD", redirect: "manual", signal }).then(
    () => true,
    () => false,
  );
};

/** The Electron of the `electron` package, downloaded if need be; null where it cannot be had. */
export const ownElectron = async (
  env: NodeJS.ProcessEnv = process.env,
): Promise<OwnElectron | null> => {
  const found = await installed();
  if (found) return found;
  if (!(await isReachable(env))) return null;
  await run(process.execPath, [join(folder, "install.js")], { env, timeout: DOWNLOAD_TIMEOUT });
  return installed();
};
