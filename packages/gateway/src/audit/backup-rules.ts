import { type AuditSubject, type BackupView, contract } from "@local-mcp/contract";
import type { AuditNote } from "./note.ts";
import { planOf, type Rule, rule } from "./plan.ts";

const subjectOf = (name: string): AuditSubject => ({ kind: "backup", id: name, name });

/** A backup that is to be made; it has no name yet. */
export const NEW_BACKUP = {
  action: "backup.create",
  subject: { kind: "backup", id: null, name: null },
} as const satisfies AuditNote;

/** A backup was made: what it is, and which secrets left the vault under another key. */
export function backupMade({ name, kind, encrypted, bytes, counts }: BackupView): AuditNote[] {
  const subject = subjectOf(name);
  const secrets = encrypted ? (counts?.secrets ?? 0) : 0;
  const made: AuditNote = {
    action: "backup.create",
    subject,
    detail: { kind, encrypted, bytes },
  };
  return secrets === 0 ? [made] : [made, { action: "secret.read", subject, detail: { secrets } }];
}

/** What is recorded of each procedure that makes backups, opens them or restores one. */
export const BACKUP_RULES: Record<string, Rule> = {
  "backups.create": rule(contract.backups.create, () => ({
    attempt: NEW_BACKUP,
    done: backupMade,
  })),
  "backups.verify": rule(contract.backups.verify, ({ backup, drill }) =>
    planOf("backup.verify", subjectOf(backup), ({ verified }) => ({ verified, drill })),
  ),
  // What comes of these two is recorded in the database that is there afterwards.
  "backups.restore": rule(contract.backups.restore, ({ backup }) => ({
    attempt: { action: "backup.restore", subject: subjectOf(backup) },
    done: () => [],
  })),
  "backups.undo": rule(contract.backups.undo, () => ({
    attempt: { action: "backup.undo", subject: null },
    done: () => [],
  })),
  "backups.remove": rule(contract.backups.remove, ({ backup }) =>
    planOf("backup.remove", subjectOf(backup)),
  ),
  "backups.keepPassphrase": rule(contract.backups.keepPassphrase, ({ passphrase }) =>
    planOf("backup.passphrase", { kind: "backup", id: null, name: null }, () => ({
      passphrase: passphrase === null ? "cleared" : passphrase === undefined ? "made" : "set",
    })),
  ),
};
