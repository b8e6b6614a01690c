import { existsSync } from "node:fs";
import { type PartFile, partName, whatIsMissing } from "@local-mcp/backup";
import type { BackupContents, BackupPart, Settings } from "@local-mcp/contract";
import type { Configuration } from "../configuration/configuration.ts";

/** What a backup has beside the database, and what it does not. */
export interface Beside {
  parts: PartFile[];
  missing: BackupContents["missing"];
}

/** @param wanted parts that were asked for; one that is not there is left out */
export function besideDatabase(
  { paths, environment }: Configuration,
  { extraCaFile }: Settings,
  wanted: readonly BackupPart[],
): Beside {
  const there = (path: string | null): string | null =>
    path !== null && path !== "" && existsSync(path) ? path : null;
  const files: Record<BackupPart, string | null> = {
    traffic: there(paths.traffic),
    environment: there(environment.filePath),
    certificates: there(extraCaFile),
  };
  const parts = [...new Set(wanted)].flatMap((part): PartFile[] => {
    const path = files[part];
    return path === null ? [] : [{ part, name: partName(part, path), path }];
  });
  const missing = whatIsMissing({
    included: parts.map(({ part }) => part),
    environmentFile: files.environment,
    certificateFile: extraCaFile || null,
    hasTraffic: files.traffic !== null,
    secretVariables: environment.secretsBesideFile(),
    // Roots and resources that are files, and sessions that are elsewhere, there are none of yet.
    files: [],
    sessionStore: null,
  });
  return { parts, missing };
}
