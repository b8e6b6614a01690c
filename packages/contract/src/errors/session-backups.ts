import type { ErrorEntry } from "./entry.ts";

/** Backups of a session store, which PostgreSQL's own programs make. */
export const SESSION_BACKUP_ERRORS = {
  postgres_program_missing: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "PostgreSQL's program {program} is not installed here.",
    wayOut:
      "Install it, on Debian with “apt-get install postgresql-client”, or add its directory to PATH.",
  },
  postgres_program_failed: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{program} stopped: {reason}",
    wayOut: "{action}",
  },
  session_backup_foreign: {
    http: 400,
    jsonRpc: -32602,
    exit: 1,
    sentence: "{path} is no backup of sessions: {reason}",
    wayOut: "Give a file that “local-mcp-gateway backup sessions FILE” made.",
  },
} as const satisfies Record<string, ErrorEntry>;
