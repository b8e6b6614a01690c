import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, asUser } from "../../scripts/electron/account.ts";
import { run } from "../../scripts/electron/run.ts";
import {
  packagedExecutable,
  type PackageName,
  unpackedFolder,
} from "../../scripts/package/layout.ts";

/**
 * The folder of a package where `account` can run it: as it is, or, since a clone may lie in a
 * folder that is closed to others, a copy that is gone with this process.
 */
export const reachablePackage = async (
  name: PackageName,
  account: Account | null,
): Promise<string> => {
  const folder = unpackedFolder(name);
  const { program, args } = asUser(account, "test", ["-x", packagedExecutable(folder)]);
  if (!account || (await run(program, args)).code === 0) return folder;

  const copy = mkdtempSync(join(tmpdir(), "lmg-packaged-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  chmodSync(copy, 0o755);
  cpSync(folder, copy, { recursive: true });
  return copy;
};
