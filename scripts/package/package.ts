/**
 * `npm run package`: two packages of this system from one configuration, unpacked in out/packages.
 * `release` is what people get; `test` differs by one fuse, without which Playwright cannot drive
 * it. Beside them lies sbom.cdx.json, a list of all they are made of. `--installers` makes the installers of electron-builder.yml from the release instead;
 * `--built` takes the bundles as they are.
 */
import { build, Platform, type Configuration } from "electron-builder";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { dirname, basename, resolve } from "node:path";
import { resolveElectron, type Electron } from "../electron/resolve.ts";
import { readFuses } from "./fuses.ts";
import { packagedExecutable, PACKAGES, type PackageName, unpackedFolder } from "./layout.ts";
import { writeBillOfMaterials } from "./sbom.ts";
import { formatSize, sizeOf } from "./size.ts";

const RELEASE = "electron-builder.yml";

/**
 * The binding that was compiled for the fallback, in place of the published one. electron-builder
 * takes no file from a folder of the system, and the cache may be in one: hence the copy.
 */
const withBinding = async (binding: string): Promise<Configuration> => {
  const copy = resolve("out/packages/binding", basename(binding));
  await mkdir(dirname(copy), { recursive: true });
  await copyFile(binding, copy);
  return {
    files: [
      { filter: ["!node_modules/better-sqlite3/prebuilds/**"] },
      {
        from: dirname(copy),
        to: "node_modules/better-sqlite3/build/Release",
        filter: [basename(copy)],
      },
    ],
  };
};

const configurationOf = async (name: PackageName, electron: Electron): Promise<Configuration> => ({
  extends: RELEASE,
  directories: { output: `out/packages/${name}` },
  electronDist: electron.dist,
  electronVersion: electron.version,
  electronFuses: { enableNodeCliInspectArguments: name === "test" },
  ...(electron.nativeBinding && (await withBinding(electron.nativeBinding))),
});

const pack = async (name: PackageName, electron: Electron): Promise<void> => {
  await rm(resolve("out/packages", name), { recursive: true, force: true });
  await build({
    targets: Platform.current().createTarget("dir"),
    config: await configurationOf(name, electron),
    publish: "never",
  });
};

/** For every architecture, each with the Electron that electron-builder downloads for it. */
const makeInstallers = async (): Promise<void> => {
  await build({ targets: Platform.current().createTarget(), config: RELEASE, publish: "never" });
};

const report = async (name: PackageName): Promise<void> => {
  const folder = unpackedFolder(name);
  console.log(`\n${name}: ${folder}`);
  console.log(`  unpacked size  ${formatSize(await sizeOf(folder))}`);
  const fuses = await readFuses(packagedExecutable(folder));
  for (const [fuse, on] of fuses) console.log(`  ${fuse.padEnd(38)} ${on ? "on" : "off"}`);
};

const buildBundles = (): void => {
  const { status } = spawnSync("npm", ["run", "build", "--silent"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
};

if (!process.argv.includes("--built")) buildBundles();
await writeBillOfMaterials();
const electron = await resolveElectron();
if (!process.argv.includes("--installers")) {
  for (const name of PACKAGES) {
    await pack(name, electron);
    await report(name);
  }
} else if (electron.origin === "electron") {
  await makeInstallers();
} else {
  console.error("Installers are made with Electron's own download only. Check the network.");
  process.exitCode = 1;
}
