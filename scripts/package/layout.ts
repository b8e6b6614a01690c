import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** `release` is what people get; `test` lets Playwright in. */
export const PACKAGES = ["release", "test"] as const;
export type PackageName = (typeof PACKAGES)[number];

const APP = "Local MCP Gateway";
const OUTPUT = resolve(import.meta.dirname, "../../out/packages");

/** What the packages are made of, as CycloneDX. */
export const BILL_OF_MATERIALS = join(OUTPUT, "sbom.cdx.json");

const suffix = process.arch === "x64" ? "" : `-${process.arch}`;
const UNPACKED: Partial<Record<NodeJS.Platform, string>> = {
  darwin: `mac${suffix}`,
  linux: `linux${suffix}-unpacked`,
  win32: `win${suffix}-unpacked`,
};

/** The folder that electron-builder leaves unpacked, of this system's package. */
export const unpackedFolder = (name: PackageName): string =>
  join(OUTPUT, name, UNPACKED[process.platform] ?? "linux-unpacked");

/** The program of the app in such a folder. */
export const packagedExecutable = (folder: string): string => {
  if (process.platform === "darwin") return join(folder, `${APP}.app`, "Contents", "MacOS", APP);
  return join(folder, process.platform === "win32" ? `${APP}.exe` : "local-mcp-gateway");
};

/** Where app.asar is in such a folder, and the command line with its Node. */
export const packagedResources = (folder: string): string =>
  process.platform === "darwin"
    ? join(folder, `${APP}.app`, "Contents", "Resources")
    : join(folder, "resources");

/** The binding that was compiled for the fallback Electron; null in a package that needs none. */
export const packagedBinding = (folder: string): string | null => {
  const release = "app.asar.unpacked/node_modules/better-sqlite3/build/Release";
  const path = join(packagedResources(folder), release, "better_sqlite3.node");
  return existsSync(path) ? path : null;
};
