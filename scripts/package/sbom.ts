import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { BILL_OF_MATERIALS } from "./layout.ts";

/**
 * Writes what the packages are made of, from the lock file, with a hash of each part. The bundles
 * hold what is installed for development, so that is listed as well.
 */
export const writeBillOfMaterials = async (): Promise<void> => {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { status, stdout, stderr } = spawnSync("npm", args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm sbom: ${stderr}`);
  await mkdir(dirname(BILL_OF_MATERIALS), { recursive: true });
  await writeFile(BILL_OF_MATERIALS, stdout);
};
