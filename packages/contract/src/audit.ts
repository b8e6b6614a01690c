import { z } from "zod";

/**
 * Who did it: a person in the app, a person on the command line, a program with an access token, or
 * the gateway by itself.
 */
export const auditActorKind = z.enum(["app", "cli", "token", "gateway"]);
export type AuditActorKind = z.infer<typeof auditActorKind>;

/** Everything that is recorded. */
export const auditAction = z.enum([
  "gateway.start",
  "gateway.stop",
  "gateway.listen",
  "server.create",
  "server.update",
  "server.consent",
  "server.remove",
  "server.test",
  "server.restart",
  "server.start",
  "server.tools_changed",
  "server.tools_accept",
  "profile.create",
  "profile.update",
  "profile.remove",
  "profile.activate",
  "profile.duplicate",
  "profile.customize",
  "tool.create",
  "tool.update",
  "tool.remove",
  "tool.import",
  "prompt.create",
  "prompt.update",
  "prompt.remove",
  "resource.create",
  "resource.update",
  "resource.remove",
  "root.create",
  "root.update",
  "root.remove",
  "metrics.reset",
  "logs.clear",
  "logs.export",
  "logs.level",
  "logs.uncap",
  "session.remove",
  "session.cleanup",
  "token.create",
  "token.revoke",
  "setting.update",
  "vault.init",
  "vault.unlock",
  "vault.slot_add",
  "vault.slot_remove",
  "vault.change_passphrase",
  "vault.rotate",
  "vault.reset",
  "secret.read",
  "sign_in.complete",
  "sign_in.remove",
  "sign_in.lost",
  "backup.create",
  "backup.verify",
  "backup.remove",
  "backup.read",
  "backup.restore",
  "backup.undo",
  "backup.passphrase",
  "configuration.export",
  "configuration.import",
  "access.refused",
  "audit.export",
  "audit.lost",
]);
export type AuditAction = z.infer<typeof auditAction>;

/** As people read it. */
export const AUDIT_WORDS: Record<AuditAction, string> = {
  "gateway.start": "Gateway started",
  "gateway.stop": "Gateway stopped",
  "gateway.listen": "Endpoint opened",
  "server.create": "Server added",
  "server.update": "Server changed",
  "server.consent": "Command allowed to run",
  "server.remove": "Server removed",
  "server.test": "Server tested",
  "server.restart": "Server restarted",
  "server.start": "Process started",
  "server.tools_changed": "Tools of a server changed",
  "server.tools_accept": "Changed tools accepted",
  "profile.create": "Profile added",
  "profile.update": "Profile changed",
  "profile.remove": "Profile removed",
  "profile.activate": "Profile made active",
  "profile.duplicate": "Profile duplicated",
  "profile.customize": "Choice of tools changed",
  "tool.create": "Tool added",
  "tool.update": "Tool changed",
  "tool.remove": "Tool removed",
  "tool.import": "Tools made of an OpenAPI document",
  "prompt.create": "Prompt added",
  "prompt.update": "Prompt changed",
  "prompt.remove": "Prompt removed",
  "resource.create": "Resource added",
  "resource.update": "Resource changed",
  "resource.remove": "Resource removed",
  "root.create": "Root added",
  "root.update": "Root changed",
  "root.remove": "Root removed",
  "metrics.reset": "Metrics forgotten",
  "logs.clear": "Debug logs removed",
  "logs.export": "Debug logs exported",
  "logs.level": "Level of debug logs changed",
  "logs.uncap": "Whole messages recorded for a while",
  "session.remove": "Client disconnected",
  "session.cleanup": "Expired sessions removed",
  "token.create": "Access token made",
  "token.revoke": "Access token revoked",
  "setting.update": "Settings changed",
  "vault.init": "Vault made",
  "vault.unlock": "Vault unlocked",
  "vault.slot_add": "Key to the vault added",
  "vault.slot_remove": "Key to the vault removed",
  "vault.change_passphrase": "Passphrase changed",
  "vault.rotate": "Secrets sealed under a new key",
  "vault.reset": "Unreadable secrets forgotten",
  "secret.read": "Secrets read",
  "sign_in.complete": "Signed in to a server",
  "sign_in.remove": "Signed out of a server",
  "sign_in.lost": "Sign-in to a server ended",
  "backup.create": "Backup made",
  "backup.verify": "Backup checked",
  "backup.remove": "Backup deleted",
  "backup.read": "Backup copied elsewhere",
  "backup.restore": "Backup restored",
  "backup.undo": "Restore undone",
  "backup.passphrase": "Passphrase for automatic backups changed",
  "configuration.export": "Configuration exported",
  "configuration.import": "Configuration imported",
  "access.refused": "Access refused",
  "audit.export": "Audit log exported",
  "audit.lost": "Entries of this log lost",
};

export const auditOutcome = z.enum(["ok", "failed"]);
export type AuditOutcome = z.infer<typeof auditOutcome>;

export const auditSubjectKind = z.enum([
  "server",
  "profile",
  "tool",
  "prompt",
  "resource",
  "root",
  "metrics",
  "logs",
  "session",
  "sessions",
  "token",
  "setting",
  "vault",
  "backup",
  "export",
  "import",
  "gateway",
]);

/** What it was done to, as it was called then; it may have another name now, or be gone. */
export const auditSubject = z.object({
  kind: auditSubjectKind,
  id: z.string().nullable(),
  name: z.string().nullable(),
});
export type AuditSubject = z.infer<typeof auditSubject>;

/**
 * Names of what changed, and the values of plain fields: `title` is the value after the change and
 * `title.before` the one before it. Of a secret there is only `set`, `changed` or `cleared`. Where
 * the attempt failed, `error` is the code of the error.
 */
export const auditDetail = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);
export type AuditDetail = z.infer<typeof auditDetail>;

export const auditEntry = z.object({
  /** Grows with each entry and is never used again. */
  id: z.number().int(),
  /** ms since 1970. */
  at: z.number().int(),
  actor: z.object({ kind: auditActorKind, name: z.string() }),
  action: auditAction,
  outcome: auditOutcome,
  subject: auditSubject.nullable(),
  detail: auditDetail,
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** In a query of REST a number arrives as text. */
const queryNumber = z.coerce.number<number>().int().min(0);
const filterText = z.string().min(1).max(200);

export const auditFilter = z.object({
  /** A kind of actor, or the name of one. */
  actor: filterText.optional(),
  /** A whole action, or how it begins, such as `server.`. */
  action: filterText.optional(),
  /** Name or id of what it was done to. */
  subject: filterText.optional(),
  /** First moment, ms since 1970. */
  from: queryNumber.optional(),
  /** The moment before which, ms since 1970. */
  to: queryNumber.optional(),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const auditQuery = auditFilter.extend({
  /** `next` of the page before. */
  before: z
    .string()
    .regex(/^\d{1,15}\.\d{1,15}$/, "This is not the “next” of a page.")
    .optional(),
  limit: z.coerce.number<number>().int().min(1).max(500).default(100),
});

export const auditPage = z.object({
  /** Newest first. */
  entries: z.array(auditEntry),
  /** `before` of the next page, null at the end. */
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPage>;

export const auditExport = z.object({
  /** JSON Lines, one entry each, oldest first. */
  text: z.string(),
  entries: z.number().int(),
});
