import type { BackupContents, BackupPart } from "@local-mcp/contract";

/** What belongs to a gateway and is not in its database. */
export interface BackupFacts {
  /** The parts that this backup holds. */
  included: readonly BackupPart[];
  /** The `.env` file that is read; null where there is none. */
  environmentFile: string | null;
  /** The file of extra certificates that is trusted; null where none is set. */
  certificateFile: string | null;
  /** Whether anything was logged. */
  hasTraffic: boolean;
  /** Names of variables outside the `.env` file that hold secrets of the gateway. */
  secretVariables: readonly string[];
  /** Files and folders outside the data directory that roots and resources stand for. */
  files: readonly string[];
  /** A server in which sessions are kept, where there is one. */
  sessionStore: "redis" | "postgres" | null;
}

type Missing = BackupContents["missing"][number];

const MOST_NAMES = 10;
const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;

const STORES: Record<"redis" | "postgres", Missing> = {
  redis: {
    what: "Sessions of connected clients in Redis.",
    how: "Clients connect again without them. To keep them: “redis-cli --rdb sessions.rdb”.",
  },
  postgres: {
    what: "Sessions of connected clients in PostgreSQL.",
    how: "Clients connect again without them. To keep them: “pg_dump --format=custom --file=sessions.pgdump”.",
  },
};

/** What a backup does not hold, each with how to keep it. Names and paths, never a value. */
export const whatIsMissing = (facts: BackupFacts): BackupContents["missing"] => {
  const { included, environmentFile, certificateFile, secretVariables, files } = facts;
  const missing: Missing[] = [];
  if (environmentFile !== null && !included.includes("environment")) {
    missing.push({
      what: `The .env file ${environmentFile}.`,
      how: "Include it when you back up, or keep a copy where your passwords are.",
    });
  }
  if (certificateFile !== null && !included.includes("certificates")) {
    missing.push({
      what: `The certificates in ${certificateFile}.`,
      how: "Include them when you back up, or copy the file.",
    });
  }
  if (facts.hasTraffic && !included.includes("traffic")) {
    missing.push({
      what: "Debug logs and raw metrics.",
      how: "Include them when you back up. Hourly metrics are in it.",
    });
  }
  if (secretVariables.length > 0) {
    missing.push({
      what: `Secrets in the environment: ${listed(secretVariables)}.`,
      how: "Keep their values where your passwords are, and set them where you restore.",
    });
  }
  if (files.length > 0) {
    missing.push({
      what: `Files that it refers to: ${listed(files)}.`,
      how: "Copy them with what backs up your other files.",
    });
  }
  if (facts.sessionStore !== null) missing.push(STORES[facts.sessionStore]);
  return missing;
};
