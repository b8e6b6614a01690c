import type {
  AuditAction,
  AuditActorKind,
  AuditDetail,
  AuditOutcome,
  AuditSubject,
} from "@local-mcp/contract";
import type { AuditInsert } from "@local-mcp/database";
import { redactText } from "@local-mcp/vault";

/** Longest text that an entry holds, characters. */
const MAX_TEXT = 300;
/** Entries of a list that are kept. */
const MAX_LISTED = 50;

/** Who did it; a principal is one. */
export interface AuditActor {
  kind: AuditActorKind;
  name: string;
}

/** What the gateway does by itself. */
export const GATEWAY: AuditActor = { kind: "gateway", name: "gateway" };

/** What was done, and to what. */
export interface AuditNote {
  action: AuditAction;
  subject: AuditSubject | null;
  /** Names, numbers and plain values. Never a secret. */
  detail?: AuditDetail;
}

/** A note as it is stored: of bounded length, and without what `redact` takes out of a text. */
export function rowOf(
  { kind, name }: AuditActor,
  { action, subject, detail = {} }: AuditNote,
  outcome: AuditOutcome,
  redact: (text: string) => string,
): Omit<AuditInsert, "createdAt"> {
  const text = (value: string): string => clip(redact(value));
  return {
    actor: kind,
    // Not by what is known: who may store a secret could store their own name, and vanish.
    actorName: clip(redactText(name)),
    action,
    outcome,
    subjectKind: subject?.kind ?? null,
    subjectId: subject?.id == null ? null : clip(subject.id),
    subjectName: subject?.name == null ? null : text(subject.name),
    detail: Object.fromEntries(
      Object.entries(detail).map(([field, value]) => [text(field), cleaned(value, text)]),
    ),
  };
}

const clip = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;

function cleaned(value: AuditDetail[string], text: (value: string) => string): AuditDetail[string] {
  if (typeof value === "string") return text(value);
  if (!Array.isArray(value)) return value;
  const more = value.length - MAX_LISTED;
  const shown = value.slice(0, MAX_LISTED).map(text);
  return more > 0 ? [...shown, `… ${more} more`] : shown;
}
