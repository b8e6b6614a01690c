import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";

/**
 * Names a data directory, in hexadecimal. A copy of it has another name, and so has one of the same
 * path that another container sees, so that none of these ends the processes of another.
 */
export function identityOf(dataDir: string): string {
  const path = realpathSync(dataDir);
  const { dev, ino } = statSync(path);
  return createHash("sha256").update(`${dev} ${ino} ${path}`).digest("hex").slice(0, 16);
}
