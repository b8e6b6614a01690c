import type { AfterPackContext } from "electron-builder";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { nodeRuntime } from "./node-runtime.ts";

/** The names of builder-util's `Arch`, which are numbers there. */
const ARCHITECTURES = ["ia32", "x64", "armv7l", "arm64", "universal"];

/** Called by electron-builder before it sets fuses and signs: adds the Node of the command line. */
const afterPack = async (context: AfterPackContext): Promise<void> => {
  const { packager, appOutDir, arch, electronPlatformName } = context;
  const resources = packager.getResourcesDir(appOutDir);
  // Electron's own app for the command line, which nothing may start here.
  await rm(join(resources, "default_app.asar"), { force: true });
  const { source, name } = nodeRuntime(
    resolve("node_modules"),
    electronPlatformName,
    ARCHITECTURES[arch] ?? "",
  );
  await mkdir(join(resources, "runtime"), { recursive: true });
  await copyFile(source, join(resources, "runtime", name));
};

export default afterPack;
