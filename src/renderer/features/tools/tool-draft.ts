import {
  type HttpMethod,
  toolCreate,
  type ToolCreate,
  toolUpdate,
  type ToolUpdate,
  type ToolView,
} from "@local-mcp/contract";
import { type JsonObject, jsonText, readObject } from "../../components/json-text.ts";
import {
  changedFixed,
  placeOfEntry,
  rowOf,
  rowProblems,
  type ValueRow,
} from "../../components/value-row.ts";
import {
  argumentProblems,
  type ArgumentRows,
  placesOf,
  rowsOf,
  schemaOf,
  withUrlArguments,
} from "./argument-row.ts";
import { readAmount, shownAmount } from "./amounts.ts";

export type AuthType = ToolView["auth"]["type"];
export interface AuthDraft {
  type: AuthType;
  /** Null keeps what is stored. */
  token: string | null;
  username: string;
  password: string | null;
}

/** What a tool says that it does, if anything. */
export type Effect = "unsaid" | "reads" | "changes" | "destroys";

/** Everything of a tool that can be edited, as it stands in the fields. */
export interface ToolDraft {
  name: string;
  title: string;
  description: string;
  method: HttpMethod;
  url: string;
  query: ValueRow[];
  headers: ValueRow[];
  bodyType: ToolView["body"]["type"];
  /** The argument that is the whole body; empty: an object of those that go there. */
  bodyWhole: string;
  auth: AuthDraft;
  arguments: ArgumentRows;
  /** The input schema as it is written in JSON; null while the form is used. */
  inputText: string | null;
  /** Empty: the answer is text. */
  outputSchema: string;
  responseFilter: string;
  timeout: string;
  maxResponse: string;
  effect: Effect;
  allowPrivateNetwork: boolean;
  tags: string[];
}

/** What a person has changed. Whatever is not in it follows what is stored. */
export type ToolEdits = Partial<ToolDraft>;
/** Sentences by field; of a row's value as `headers:KEY`, of its name as `headers:KEY:name`. */
export type ToolProblems = Partial<Record<string, string>>;

export const EMPTY_TOOL: ToolDraft = {
  name: "",
  title: "",
  description: "",
  method: "GET",
  url: "",
  query: [],
  headers: [],
  bodyType: "json",
  bodyWhole: "",
  auth: { type: "none", token: null, username: "", password: null },
  arguments: { rows: [], rest: {} },
  inputText: null,
  outputSchema: "",
  responseFilter: "",
  timeout: "",
  maxResponse: "",
  effect: "unsaid",
  allowPrivateNetwork: false,
  tags: [],
};

/** What is stored, as it stands in the fields. */
export function draftOf(tool: ToolView): ToolDraft {
  const input = readObject(jsonText(tool.inputSchema)).value ?? {};
  const rows = rowsOf(input, tool.arguments);
  const stored = (values: ToolView["headers"]): ValueRow[] =>
    Object.entries(values).map(([name, value]) => rowOf(name, value));
  return {
    name: tool.name,
    title: tool.title ?? "",
    description: tool.description,
    method: tool.method,
    url: tool.url,
    query: stored(tool.query),
    headers: stored(tool.headers),
    bodyType: tool.body.type,
    bodyWhole: tool.body.whole ?? "",
    auth: {
      type: tool.auth.type,
      token: null,
      username: tool.auth.type === "basic" ? tool.auth.username : "",
      password: null,
    },
    arguments: rows ?? EMPTY_TOOL.arguments,
    inputText: rows === null ? jsonText(input) : null,
    outputSchema: tool.outputSchema === null ? "" : jsonText(tool.outputSchema),
    responseFilter: tool.responseFilter ?? "",
    timeout: shownAmount("seconds", tool.timeoutMs),
    maxResponse: shownAmount("MB", tool.maxResponseBytes),
    effect: effectIn(tool.annotations),
    allowPrivateNetwork: tool.allowPrivateNetwork,
    tags: tool.tags,
  };
}

const effectIn = ({ readOnlyHint, destructiveHint }: ToolView["annotations"]): Effect => {
  if (readOnlyHint === true) return "reads";
  if (destructiveHint === true) return "destroys";
  return readOnlyHint === false || destructiveHint === false ? "changes" : "unsaid";
};

const HINTS: Record<Effect, JsonObject> = {
  unsaid: {},
  reads: { readOnlyHint: true },
  changes: { readOnlyHint: false, destructiveHint: false },
  destroys: { readOnlyHint: false, destructiveHint: true },
};

/** What a draft amounts to, field by field, and what is wrong with it. */
function read(draft: ToolDraft, tool: ToolView | null) {
  const timeout = readAmount("seconds", draft.timeout);
  const maxResponse = readAmount("MB", draft.maxResponse);
  const input = draft.inputText === null ? null : readObject(draft.inputText);
  const output = draft.outputSchema.trim() === "" ? null : readObject(draft.outputSchema);
  const {
    readOnlyHint: _reads,
    destructiveHint: _destroys,
    ...annotations
  } = tool?.annotations ?? {};
  const argumentRows = withUrlArguments(draft.arguments, draft.url);
  const values: Record<keyof ToolUpdate, unknown> = {
    name: draft.name.trim(),
    title: draft.title.trim() === "" ? null : draft.title.trim(),
    description: draft.description,
    method: draft.method,
    url: draft.url.trim(),
    query: changedFixed(draft.query),
    headers: changedFixed(draft.headers),
    arguments: draft.inputText === null ? placesOf(argumentRows.rows) : (tool?.arguments ?? {}),
    body: { type: draft.bodyType, whole: draft.bodyWhole === "" ? null : draft.bodyWhole },
    auth: authOf(draft.auth),
    inputSchema: input ? (input.value ?? draft.inputText) : schemaOf(argumentRows),
    outputSchema: output ? (output.value ?? draft.outputSchema) : null,
    annotations: { ...annotations, ...HINTS[draft.effect] },
    responseFilter: draft.responseFilter.trim() === "" ? null : draft.responseFilter.trim(),
    timeoutMs: timeout.value,
    maxResponseBytes: maxResponse.value,
    allowPrivateNetwork: draft.allowPrivateNetwork,
    tags: draft.tags,
    enabled: tool?.enabled ?? true,
    keepSecrets: undefined,
  };
  const problems: ToolProblems = {
    ...(draft.inputText === null ? argumentProblems(draft.arguments.rows) : {}),
    ...rowProblems("query", draft.query),
    ...rowProblems("headers", draft.headers),
    ...authProblems(draft.auth, tool),
    ...(input?.problem && { inputSchema: input.problem }),
    ...(output?.problem && { outputSchema: output.problem }),
    ...(timeout.problem && { timeoutMs: timeout.problem }),
    ...(maxResponse.problem && { maxResponseBytes: maxResponse.problem }),
    ...(draft.url.trim() === "" && { url: "Write the URL that it asks." }),
    ...(draft.name.trim() === "" && { name: "Give it a name." }),
  };
  return { values, problems };
}

const authOf = ({ type, token, username, password }: AuthDraft) => {
  if (type === "none") return { type };
  if (type === "bearer") return { type, ...(token !== null && { token }) };
  return { type, username, ...(password !== null && { password }) };
};

function authProblems({ type, token, password }: AuthDraft, tool: ToolView | null): ToolProblems {
  const isStored = tool?.auth.type === type;
  if (type === "bearer" && (isStored ? token === "" : !token))
    return { "auth:token": "Enter the token." };
  if (type === "basic" && (isStored ? password === "" : !password))
    return { "auth:password": "Enter the password." };
  return {};
}

/** Fields whose value differs from what is stored; of a new tool, from what is empty. */
export function changedFields(tool: ToolView | null, edits: ToolEdits): string[] {
  const stored = tool === null ? EMPTY_TOOL : draftOf(tool);
  const before: Record<string, unknown> = read(stored, tool).values;
  const after: Record<string, unknown> = read({ ...stored, ...edits }, tool).values;
  return Object.keys(after).filter(
    (field) => JSON.stringify(after[field]) !== JSON.stringify(before[field]),
  );
}

/** What is to be stored of a tool, or what keeps it from being stored. */
export function readEdits(
  tool: ToolView,
  edits: ToolEdits,
): { changes: ToolUpdate; problems: null } | { changes: null; problems: ToolProblems } {
  const draft = { ...draftOf(tool), ...edits };
  const { values, problems } = read(draft, tool);
  const fields = changedFields(tool, edits);
  const wanted = Object.fromEntries(
    Object.entries(values).filter(([field]) => fields.includes(field)),
  );
  const parsed = toolUpdate.safeParse(wanted);
  addIssues(problems, parsed.error, draft);
  return parsed.success && Object.keys(problems).length === 0
    ? { changes: parsed.data, problems: null }
    : { changes: null, problems };
}

/** The same for a tool that is not stored yet. */
export function readNew(
  draft: ToolDraft,
  profiles: string[],
): { tool: ToolCreate; problems: null } | { tool: null; problems: ToolProblems } {
  const { values, problems } = read(draft, null);
  const parsed = toolCreate.safeParse({ ...values, profiles });
  addIssues(problems, parsed.error, draft);
  return parsed.success && Object.keys(problems).length === 0
    ? { tool: parsed.data, problems: null }
    : { tool: null, problems };
}

interface Issues {
  issues: { path: PropertyKey[]; code: string; message: string; issues?: { message: string }[] }[];
}

function addIssues(problems: ToolProblems, error: Issues | undefined, draft: ToolDraft): void {
  for (const { path, code, message, issues } of error?.issues ?? []) {
    const isOfName = code === "invalid_key";
    const place = placeOf(path.map(String), draft, isOfName);
    // A key that is refused says why in the issues of the key itself.
    problems[place] ??= (isOfName ? issues?.[0]?.message : undefined) ?? message;
  }
}

/** The field that a problem belongs to, by the path to it in what is sent. */
export function placeOf(path: readonly string[], draft: ToolDraft, isOfName = false): string {
  const [first = "name", second, third] = path;
  if (first === "query" || first === "headers")
    return placeOfEntry(first, draft[first], second, isOfName);
  if (first === "auth") return second === undefined ? "auth" : `auth:${second}`;
  if (first === "body") return `body:${second ?? "type"}`;
  const argument = first === "inputSchema" && second === "properties" ? third : second;
  if ((first !== "arguments" && first !== "inputSchema") || draft.inputText !== null) {
    return first === "arguments" ? "inputSchema" : first;
  }
  const row = draft.arguments.rows.find(({ name }) => name === argument);
  return row ? `inputSchema:${row.key}` : "inputSchema";
}

/** The tool as clients see it; what is not readable yet is left out. */
export function previewOf(draft: ToolDraft, tool: ToolView | null): Record<string, unknown> {
  const { name, title, description, inputSchema, outputSchema, annotations } = read(
    draft,
    tool,
  ).values;
  return {
    name,
    ...(title !== null && { title }),
    ...(description !== "" && { description }),
    inputSchema,
    ...(outputSchema !== null && { outputSchema }),
    annotations,
  };
}

/** The order of the fields, in which the first problem is where a person goes on. */
const FIELDS = [
  "name",
  "title",
  "description",
  "method",
  "url",
  "query",
  "headers",
  "body",
  "auth",
  "inputSchema",
  "outputSchema",
  "responseFilter",
  "timeoutMs",
  "maxResponseBytes",
  "allowPrivateNetwork",
  "tags",
];

export function firstProblem(problems: ToolProblems): string | null {
  const keys = Object.keys(problems);
  const ofField = (field: string) =>
    keys.find((key) => key === field || key.startsWith(`${field}:`));
  return FIELDS.map(ofField).find((key) => key !== undefined) ?? keys[0] ?? null;
}
