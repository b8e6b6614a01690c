import type { BackupKind } from "@local-mcp/contract";

/** What the name of a file in a folder of backups says. */
export interface NamedBackup {
  kind: BackupKind;
  /** ms since 1970; null for a name that says nothing of it. */
  createdAt: number | null;
  encrypted: boolean;
}

const OURS =
  /^local-mcp-gateway-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-(automatic|manual)(?:-\d+)?\.(age|db)$/;
/** Copies for this computer: before a migration the database makes one itself. */
const COPY =
  /^before-(migration|import)-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)\.\d+Z(?:-\d+)?\.db$/;

/**
 * The name of a new backup. Windows allows no colon in it.
 *
 * @param attempt 1 for the first; others get a number, for two within one second
 */
export const backupName = (
  kind: "automatic" | "manual",
  createdAt: number,
  encrypted: boolean,
  attempt: number,
): string => {
  const time = new Date(createdAt).toISOString().slice(0, 19).replaceAll(":", "-");
  const number = attempt === 1 ? "" : `-${attempt}`;
  return `local-mcp-gateway-${time}Z-${kind}${number}.${encrypted ? "age" : "db"}`;
};

/** The name of a copy before an import, with its number as above. */
export const copyName = (createdAt: number, attempt: number): string => {
  const time = new Date(createdAt).toISOString().replaceAll(":", "-");
  return `before-import-${time}${attempt === 1 ? "" : `-${attempt}`}.db`;
};

/** Such a copy is sealed with the keys of this computer, and not given out. */
export const staysHere = (kind: BackupKind): boolean =>
  kind === "before_migration" || kind === "before_import";

/**
 * What a file is by its name. Any `.age` file may be a backup that somebody put there; a database
 * is one only under a name of ours.
 *
 * @returns null for what is no backup
 */
export const readBackupName = (name: string): NamedBackup | null => {
  const ours = OURS.exec(name);
  if (ours) {
    const [, day, hour, minute, second, kind, ending] = ours;
    return {
      kind: kind === "automatic" ? "automatic" : "manual",
      createdAt: timeOf(`${day}T${hour}:${minute}:${second}Z`),
      encrypted: ending === "age",
    };
  }
  const copy = COPY.exec(name);
  if (copy) {
    const [, cause, day, hour, minute, second] = copy;
    const createdAt = timeOf(`${day}T${hour}:${minute}:${second}Z`);
    const kind = cause === "import" ? "before_import" : "before_migration";
    return { kind, createdAt, encrypted: false };
  }
  const isForeign = name.endsWith(".age") && !name.startsWith(".");
  return isForeign ? { kind: "manual", createdAt: null, encrypted: true } : null;
};

/** Null for a date that there never was. */
const timeOf = (iso: string): number | null => {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? null : time;
};
