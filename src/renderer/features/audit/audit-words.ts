import {
  AUDIT_WORDS,
  type AuditActorKind,
  type AuditEntry,
  type AuditFilter,
  type AuditSubject,
} from "@local-mcp/contract";
import { SETTING_ROWS } from "../settings/setting-table.ts";

/** Who it was, by what kind of program. Access tokens have names of their own. */
export const ACTOR_KINDS: Record<AuditActorKind, string> = {
  app: "This app",
  cli: "Command line",
  token: "Access tokens",
  gateway: "The gateway",
};

export const whoOf = ({ kind, name }: AuditEntry["actor"]): string =>
  kind === "token" ? name : ACTOR_KINDS[kind];

/** What it was done to, as people call it. */
export function subjectOf(subject: AuditSubject | null): string {
  if (subject === null) return "";
  const { kind, id, name } = subject;
  const setting = kind === "setting" ? SETTING_ROWS.find(({ key }) => key === id) : undefined;
  return setting?.label ?? name ?? id ?? kindOf(subject);
}

export const kindOf = ({ kind }: AuditSubject): string =>
  kind === "token" ? "access token" : kind;

/** What actions begin with, in the order in which they are offered, and what they are about. */
export const AREAS: readonly { prefix: string; label: string }[] = [
  { prefix: "server.", label: "Servers" },
  { prefix: "profile.", label: "Profiles" },
  { prefix: "tool.", label: "Tools" },
  { prefix: "prompt.", label: "Prompts" },
  { prefix: "resource.", label: "Resources" },
  { prefix: "root.", label: "Roots" },
  { prefix: "metrics.", label: "Metrics" },
  { prefix: "logs.", label: "Debug logs" },
  { prefix: "session.", label: "Sessions" },
  { prefix: "token.", label: "Access tokens" },
  { prefix: "access.", label: "Refused access" },
  { prefix: "sign_in.", label: "Sign-ins" },
  { prefix: "secret.", label: "Secrets read" },
  { prefix: "vault.", label: "Vault" },
  { prefix: "backup.", label: "Backups" },
  { prefix: "configuration.", label: "Exports and imports" },
  { prefix: "setting.", label: "Settings" },
  { prefix: "gateway.", label: "Gateway" },
  { prefix: "audit.", label: "Audit log" },
];

/** How far back, in local days that today is one of. */
export const PERIODS: readonly { days: number; label: string }[] = [
  { days: 1, label: "Today" },
  { days: 7, label: "7 days" },
  { days: 30, label: "30 days" },
];

/** What was chosen, as the route keeps it; empty where everything is wanted. */
export interface Chosen {
  who: string;
  what: string;
  days: string;
}

/** The same as the gateway is asked for it. The same all day, so that one day is one question. */
export function filterOf({ who, what, days }: Chosen, now = Date.now()): AuditFilter {
  const back = PERIODS.find((period) => String(period.days) === days)?.days;
  return {
    ...(who in ACTOR_KINDS && { actor: who }),
    ...(AREAS.some(({ prefix }) => prefix === what) && { action: what }),
    ...(back !== undefined && { from: startOfDay(now, back - 1) }),
  };
}

function startOfDay(now: number, daysBefore: number): number {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysBefore);
  return day.getTime();
}

/** Everything of an entry that a text filter looks at. */
export const textsOf = (entry: AuditEntry): string[] => [
  whoOf(entry.actor),
  AUDIT_WORDS[entry.action],
  entry.action,
  subjectOf(entry.subject),
  entry.outcome === "failed" ? "failed" : "done",
  ...detailsOf(entry).flatMap(({ name, value }) => [name, value]),
];

/** What changed, a name and a value each: `title` with `title.before` is “Old → New”. */
export function detailsOf({ detail }: AuditEntry): { name: string; value: string }[] {
  return Object.entries(detail)
    .filter(([name]) => !(name.endsWith(BEFORE) && name.slice(0, -BEFORE.length) in detail))
    .map(([name, value]) => {
      const before = detail[`${name}${BEFORE}`];
      const now = said(value);
      return { name, value: before === undefined ? now : `${said(before)} → ${now}` };
    });
}

const BEFORE = ".before";

const said = (value: AuditEntry["detail"][string]): string => {
  if (value === null || value === "") return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "nothing" : value.join(", ");
  return typeof value === "number" ? value.toLocaleString() : value;
};
