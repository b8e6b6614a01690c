import {
  SECRET_MARK,
  type ServerConnections,
  serverUpdate,
  type ServerUpdate,
  type ServerView,
} from "@local-mcp/contract";
import type { z } from "zod";
import { LIMIT_KEYS, limitTexts, type LimitTexts, readLimits } from "./edit-limits.ts";
import {
  PLAIN_SIGN_IN,
  signInChanges,
  signInDraft,
  type SignInDraft,
  signInProblems,
} from "./edit-sign-in.ts";
import {
  changedFixed,
  changedValues,
  isChanged,
  placeOfEntry,
  rowOf,
  rowProblems,
  shownIn,
  type ValueRow,
} from "../../components/value-row.ts";

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
  signIn: SignInDraft;
  /** New values of `${secret:name}` marks; null removes what is stored. */
  secrets: Record<string, string | null>;
  connections: ServerConnections;
  holdChangedTools: boolean;
  tags: string[];
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
      : Object.entries(config.headers).map(([name, header]) =>
          rowOf(
            name,
            "template" in header
              ? { plain: true, value: header.template }
              : { plain: false, secret: header },
          ),
        ),
    signIn: signInDraft(signInOf(server)),
    secrets: {},
    ...limitTexts(limits),
    connections: server.connections,
    holdChangedTools: server.holdChangedTools,
    tags: server.tags,
  };
}

const signInOf = ({ config }: ServerView) =>
  config.transport === "stdio" ? PLAIN_SIGN_IN : config.signIn;

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
  const rows = [...draft.headers, ...draft.signIn.parameters].filter(({ removed }) => !removed);
  const text =
    server.config.transport === "stdio" ? draft.args : [draft.url, ...rows.map(shownIn)].join("\n");
  return [...new Set([...marksIn(text), ...Object.keys(server.secrets)])].sort();
}

const marksIn = (text: string): string[] =>
  [...text.matchAll(SECRET_MARK)].map((match) => match[1] ?? "");

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
    signIn: Object.keys(signInChanges(draft.signIn, signInOf(server))).length > 0,
    secrets: Object.keys(draft.secrets).length > 0,
    startTimeoutMs: draft.startTimeoutMs.trim() !== stored.startTimeoutMs,
    callTimeoutMs: draft.callTimeoutMs.trim() !== stored.callTimeoutMs,
    maxConcurrentCalls: draft.maxConcurrentCalls.trim() !== stored.maxConcurrentCalls,
    idleStopMs: draft.idleStopMs.trim() !== stored.idleStopMs,
    connections: draft.connections !== stored.connections,
    holdChangedTools: draft.holdChangedTools !== stored.holdChangedTools,
    tags: draft.tags.join() !== stored.tags.join(),
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
  "signIn",
  ...LIMIT_KEYS,
  "connections",
  "holdChangedTools",
  "tags",
];

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
  const parsed = serverUpdate.safeParse(updateOf(server, draft, fields));
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
  Object.assign(
    problems,
    rowProblems("env", draft.env),
    rowProblems("headers", draft.headers, templateProblem),
    fields.includes("signIn") ? signInProblems(draft.signIn) : {},
  );
  for (const [name, value] of Object.entries(draft.secrets)) {
    if (value === "") problems[`secrets:${name}`] = "Enter a value.";
  }
  return problems;
}

/** Without a mark it would be stored as a secret, and no longer be shown. */
const templateProblem = (row: ValueRow): string | null =>
  row.plain && marksIn(shownIn(row)).length === 0
    ? "Write ${secret:name} where a secret goes, or untick “Template”."
    : null;

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

function updateOf(server: ServerView, draft: Draft, fields: readonly DraftField[]): ServerUpdate {
  const has = (...wanted: DraftField[]): boolean => wanted.some((field) => fields.includes(field));
  return {
    ...(has("title") && { title: draft.title }),
    ...(has("name") && { name: draft.name.trim() }),
    ...(has("description") && { description: draft.description }),
    ...(has("command") && { command: draft.command.trim() }),
    // A command that is given anew starts without arguments, so they go with it.
    ...(has("command", "args") && { args: argsOf(draft.args) }),
    ...(has("cwd") && { cwd: draft.cwd.trim() === "" ? null : draft.cwd.trim() }),
    ...(has("env") && { env: changedFixed(draft.env) }),
    ...(has("transport") && { transport: draft.transport }),
    ...(has("url") && { url: draft.url.trim() }),
    ...(has("headers") && { headers: changedValues(draft.headers) }),
    ...(has("signIn") && { signIn: signInChanges(draft.signIn, signInOf(server)) }),
    ...(has("secrets") && { secrets: draft.secrets }),
    ...(hasLimits(fields) && { limits: readLimits(draft).limits }),
    ...(has("connections") && { connections: draft.connections }),
    ...(has("holdChangedTools") && { holdChangedTools: draft.holdChangedTools }),
    ...(has("tags") && { tags: draft.tags }),
  };
}

function fieldOfIssue({ path, code }: z.core.$ZodIssue, draft: Draft): string {
  const [first, second, third] = path.map(String);
  const isOfName = code === "invalid_key";
  if (first === "env" || first === "headers") {
    return placeOfEntry(first, draft[first], second, isOfName);
  }
  if (first !== "signIn" || second === undefined) return first ?? "title";
  return second === "parameters"
    ? placeOfEntry("signIn:parameters", draft.signIn.parameters, third, isOfName)
    : `signIn:${second}`;
}
