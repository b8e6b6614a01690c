import {
  SECRET_MARK,
  type SecretInfo,
  type ServerConnections,
  serverUpdate,
  type ServerUpdate,
  type ServerView,
} from "@local-mcp/contract";
import type { z } from "zod";
import { LIMIT_KEYS, limitTexts, type LimitTexts, readLimits } from "./edit-limits.ts";

/** A variable or header: what is stored of it, and what is to become of it. */
export interface ValueRow {
  /** Stays the same while the row is edited. */
  key: string;
  name: string;
  /** Null for a row that was added here. */
  stored: { plain: false; secret: SecretInfo } | { plain: true; value: string } | null;
  /** Null keeps what is stored. */
  value: string | null;
  /** It is no secret; variables only. */
  plain: boolean;
  removed: boolean;
}

/** Everything of a server that can be edited, as it stands in the fields. */
export interface Draft extends LimitTexts {
  title: string;
  name: string;
  description: string;
  command: string;
  /** One argument per line. */
  args: string;
  cwd: string;
  env: ValueRow[];
  transport: "http" | "sse";
  url: string;
  headers: ValueRow[];
  /** New values of `${secret:name}` marks; null removes what is stored. */
  secrets: Record<string, string | null>;
  connections: ServerConnections;
}

type DraftField = keyof Draft;
/** What a person has changed. Whatever is not in it follows what is stored. */
export type Edits = Partial<Draft>;

/** What is stored, as it stands in the fields. */
export function draftOf(server: ServerView): Draft {
  const { config, limits } = server;
  const isStdio = config.transport === "stdio";
  return {
    title: server.title,
    name: server.name,
    description: server.description,
    command: isStdio ? config.command : "",
    args: isStdio ? linesOf(config.args) : "",
    cwd: isStdio ? (config.cwd ?? "") : "",
    env: isStdio ? Object.entries(config.env).map(([name, stored]) => rowOf(name, stored)) : [],
    transport: isStdio ? "http" : config.transport,
    url: isStdio ? "" : config.url,
    headers: isStdio
      ? []
      : Object.entries(config.headers).map(([name, secret]) =>
          rowOf(name, { plain: false, secret }),
        ),
    secrets: {},
    ...limitTexts(limits),
    connections: server.connections,
  };
}

const rowOf = (name: string, stored: NonNullable<ValueRow["stored"]>): ValueRow => ({
  key: name,
  name,
  stored,
  value: null,
  plain: stored.plain,
  removed: false,
});

/** A row for what is not stored yet. */
export const newRow = (rows: readonly ValueRow[], name = ""): ValueRow => ({
  key: `new ${rows.length} ${name}`,
  name,
  stored: null,
  value: "",
  plain: false,
  removed: false,
});

/**
 * Arguments, one per line. One that would not survive that, because it is empty or holds a line
 * break or begins with a quote, is written as a JSON text.
 */
export const linesOf = (args: readonly string[]): string =>
  args.map((arg) => (/^$|^"|[\r\n]/.test(arg) ? JSON.stringify(arg) : arg)).join("\n");

/** The arguments that were written one per line; empty lines are none. */
export const argsOf = (lines: string): string[] =>
  lines
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => (line.startsWith('"') ? (jsonText(line) ?? line) : line));

function jsonText(line: string): string | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** Names of the `${secret:name}` marks that the fields hold or that have a value. */
export function markNames(server: ServerView, draft: Draft): string[] {
  const text = server.config.transport === "stdio" ? draft.args : draft.url;
  const used = [...text.matchAll(SECRET_MARK)].map((match) => match[1] ?? "");
  return [...new Set([...used, ...Object.keys(server.secrets)])].sort();
}

/** Fields whose value differs from what is stored. */
export function changedFields(server: ServerView, edits: Edits): DraftField[] {
  const stored = draftOf(server);
  const draft = { ...stored, ...edits };
  const differs: Record<DraftField, boolean> = {
    title: draft.title !== stored.title,
    name: draft.name !== stored.name,
    description: draft.description !== stored.description,
    command: draft.command !== stored.command,
    args: JSON.stringify(argsOf(draft.args)) !== JSON.stringify(argsOf(stored.args)),
    cwd: draft.cwd !== stored.cwd,
    env: draft.env.some(isChanged),
    transport: draft.transport !== stored.transport,
    url: draft.url !== stored.url,
    headers: draft.headers.some(isChanged),
    secrets: Object.keys(draft.secrets).length > 0,
    startTimeoutMs: draft.startTimeoutMs.trim() !== stored.startTimeoutMs,
    callTimeoutMs: draft.callTimeoutMs.trim() !== stored.callTimeoutMs,
    maxConcurrentCalls: draft.maxConcurrentCalls.trim() !== stored.maxConcurrentCalls,
    idleStopMs: draft.idleStopMs.trim() !== stored.idleStopMs,
    connections: draft.connections !== stored.connections,
  };
  return FIELDS.filter((field) => differs[field]);
}

const FIELDS: readonly DraftField[] = [
  "title",
  "name",
  "description",
  "command",
  "args",
  "cwd",
  "env",
  "transport",
  "url",
  "headers",
  "secrets",
  ...LIMIT_KEYS,
  "connections",
];

function isChanged({ name, stored, value, plain, removed }: ValueRow): boolean {
  if (stored === null) return !removed && (name !== "" || value !== "");
  if (removed || plain !== stored.plain) return true;
  return value !== null && !(stored.plain && stored.value === value);
}

/** Sentences by field; of a row's value as `env:KEY`, of its name as `env:KEY:name`. */
export type Problems = Partial<Record<string, string>>;

/** What is to be stored, or what keeps it from being stored. */
export function readEdits(
  server: ServerView,
  edits: Edits,
): { changes: ServerUpdate; problems: null } | { changes: null; problems: Problems } {
  const draft = { ...draftOf(server), ...edits };
  const fields = changedFields(server, edits);
  const problems = problemsOf(draft, fields);
  const parsed = serverUpdate.safeParse(updateOf(draft, fields));
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOfIssue(issue, draft);
    // A key that is refused says why in the issues of the key itself.
    const [inner] = issue.code === "invalid_key" ? issue.issues : [];
    problems[field] ??= inner?.message ?? issue.message;
  }
  return parsed.success && Object.keys(problems).length === 0
    ? { changes: parsed.data, problems: null }
    : { changes: null, problems };
}

function problemsOf(draft: Draft, fields: readonly DraftField[]): Problems {
  const problems: Problems = hasLimits(fields) ? readLimits(draft).problems : {};
  if (draft.title.trim() === "") problems.title = "Give it a title.";
  if (fields.includes("command") && draft.command.trim() === "") {
    problems.command = "Write the program to run, for example npx.";
  }
  for (const list of ["env", "headers"] as const) {
    const rows = draft[list].filter((row) => !row.removed);
    for (const row of rows.filter(isChanged)) {
      const id = `${list}:${row.key}`;
      if (row.name === "") problems[`${id}:name`] = "Give it a name.";
      else if (rows.some((other) => other.key !== row.key && other.name === row.name)) {
        problems[`${id}:name`] = `“${row.name}” stands here more than once.`;
      } else if (lacksValue(row)) problems[id] = "Enter a value.";
    }
  }
  for (const [name, value] of Object.entries(draft.secrets)) {
    if (value === "") problems[`secrets:${name}`] = "Enter a value.";
  }
  return problems;
}

/** The limits are stored all together. */
const hasLimits = (fields: readonly DraftField[]): boolean =>
  LIMIT_KEYS.some((key) => fields.includes(key));

/** Where a person goes on: the first in the order of the fields. */
export function firstProblem(problems: Problems): string | null {
  const keys = Object.keys(problems);
  const ofField = (field: string) =>
    keys.find((key) => key === field || key.startsWith(`${field}:`));
  return FIELDS.map(ofField).find((key) => key !== undefined) ?? null;
}

/** A secret that would be stored empty. */
const lacksValue = ({ value, plain, stored }: ValueRow): boolean =>
  !plain && (value ?? "") === "" && !(value === null && stored?.plain === false);

function updateOf(draft: Draft, fields: readonly DraftField[]): ServerUpdate {
  const has = (...wanted: DraftField[]): boolean => wanted.some((field) => fields.includes(field));
  return {
    ...(has("title") && { title: draft.title }),
    ...(has("name") && { name: draft.name.trim() }),
    ...(has("description") && { description: draft.description }),
    ...(has("command") && { command: draft.command.trim() }),
    // A command that is given anew starts without arguments, so they go with it.
    ...(has("command", "args") && { args: argsOf(draft.args) }),
    ...(has("cwd") && { cwd: draft.cwd.trim() === "" ? null : draft.cwd.trim() }),
    ...(has("env") && { env: envOf(draft.env) }),
    ...(has("transport") && { transport: draft.transport }),
    ...(has("url") && { url: draft.url.trim() }),
    ...(has("headers") && { headers: headersOf(draft.headers) }),
    ...(has("secrets") && { secrets: draft.secrets }),
    ...(hasLimits(fields) && { limits: readLimits(draft).limits }),
    ...(has("connections") && { connections: draft.connections }),
  };
}

const envOf = (rows: readonly ValueRow[]): NonNullable<ServerUpdate["env"]> =>
  Object.fromEntries(
    rows.filter(isChanged).map(({ name, value, plain, removed, stored }) => {
      const shown = stored?.plain ? stored.value : "";
      return [name, removed ? null : { value: value ?? shown, plain }];
    }),
  );

const headersOf = (rows: readonly ValueRow[]): Record<string, string | null> =>
  Object.fromEntries(
    rows
      .filter(isChanged)
      .map(({ name, value, removed }) => [name, removed ? null : (value ?? "")]),
  );

function fieldOfIssue({ path, code }: z.core.$ZodIssue, draft: Draft): string {
  const [first, second] = path.map(String);
  if (first === "env" || first === "headers") {
    const row = draft[first].find(({ name, removed }) => name === second && !removed);
    if (!row) return first;
    return code === "invalid_key" ? `${first}:${row.key}:name` : `${first}:${row.key}`;
  }
  return first ?? "title";
}
