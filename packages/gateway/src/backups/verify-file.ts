import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { removeTree, type Watch } from "@local-mcp/backup";
import type { BackupReport } from "@local-mcp/contract";
import { resolvePaths } from "@local-mcp/database";
import { Stages } from "./stages.ts";

/**
 * Reads all of a backup that lies anywhere, without a gateway or a data directory. It is unpacked
 * into a private directory of the system's temporary one, and removed again; its secrets stay sealed
 * there.
 *
 * @param path absolute
 * @throws GatewayError as {@link Stages.verify}
 */
export async function verifyBackupFile(
  { path, passphrase, drill }: { path: string; passphrase: string | null; drill: boolean },
  watch: Watch,
): Promise<BackupReport> {
  const directory = await mkdtemp(join(tmpdir(), "local-mcp-gateway-verify-"));
  try {
    const source = { path, name: basename(path), stored: null };
    const stages = new Stages({
      paths: resolvePaths({ dataDir: directory, env: {} }),
      vault: null,
    });
    return (await stages.verify(source, passphrase, drill, watch)).report;
  } finally {
    await removeTree(directory);
  }
}
