import { pointerTo } from "@local-mcp/transfer";
import { z } from "zod";
import { RUNNERS } from "./names.ts";
import { splitCommands } from "./shell-words.ts";
import { readSignIn } from "./client-sign-in.ts";
import {
  checkCount,
  type Draft,
  type DraftAddress,
  type DraftCommand,
  transportOf,
} from "./draft.ts";

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.record(z.string(), text);

/**
 * One server as clients write it: Claude, Cursor, Windsurf, VS Code, Zed, Gemini, opencode and
 * Codex differ in the names of the same things. Fields that only concern the client are left out.
 */
const entrySchema = z.object({
  command: z
    .union([
      z.string(),
      z.array(z.string()).min(1),
      z.object({ path: z.string(), args: z.array(text).optional(), env: texts.nullish() }),
    ])
    .optional(),
  args: z.array(text).nullish(),
  env: texts.nullish(),
  environment: texts.nullish(),
  cwd: z.string().nullish(),
  type: z.string().optional(),
  transport: z.string().optional(),
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  httpUrl: z.string().optional(),
  headers: texts.nullish(),
  http_headers: texts.nullish(),
  env_http_headers: texts.nullish(),
  bearer_token_env_var: z.string().nullish(),
  oauth: z.unknown().optional(),
  auth: z.unknown().optional(),
  disabled: z.boolean().default(false),
  enabled: z.boolean().default(true),
});
type Entry = z.infer<typeof entrySchema>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const looksLikeServer = (value: unknown): value is Record<string, unknown> =>
  isObject(value) &&
  (["url", "serverUrl", "httpUrl"].some((key) => typeof value[key] === "string") ||
    typeof value.command === "string" ||
    Array.isArray(value.command) ||
    (isObject(value.command) && typeof value.command.path === "string"));

/** Where the servers are in a client's file; the first that is there. */
const PLACES = [
  ["mcpServers"],
  ["servers"],
  ["mcp", "servers"],
  ["mcp", "mcpServers"],
  ["mcp.servers"],
  ["context_servers"],
  ["mcp_servers"],
  ["mcp"],
];

/**
 * The servers in the parsed file of a client, in its order; null where there is no place for
 * servers in it. Every entry is answered for, also one that cannot be read.
 */
export function readEntries(file: unknown): Draft[] | null {
  if (Array.isArray(file)) {
    return file.length > 0 && file.every(looksLikeServer) ? entriesOf(file, []) : null;
  }
  if (!isObject(file)) return null;
  if (looksLikeServer(file)) return [readEntry(nameIn(file), file)];
  for (const path of PLACES) {
    const servers = at(file, path);
    if (isServers(servers)) return entriesOf(servers, path);
  }
  return Object.values(file).some(looksLikeServer) ? entriesOf(file, []) : null;
}

const at = (file: Record<string, unknown>, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), file);

const isServers = (value: unknown): value is Record<string, unknown> | unknown[] =>
  isObject(value) || (Array.isArray(value) && value.every(looksLikeServer));

/** @throws GatewayError validation_failed */
function entriesOf(servers: Record<string, unknown> | unknown[], path: readonly string[]): Draft[] {
  const entries = Object.entries(servers);
  checkCount(entries.length);
  return entries.map(([key, value]) => ({
    ...readEntry(Array.isArray(servers) ? nameIn(value) : key, value),
    pointer: pointerTo("", ...path, key),
  }));
}

/** What a server calls itself where no key of a file does. */
export const nameIn = (value: unknown): string =>
  isObject(value) && typeof value.name === "string" ? value.name : "";

/** One server under the name that the file gives it. */
export function readEntry(original: string, value: unknown): Draft {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const fields = new Set(parsed.error.issues.map((issue) => issue.path.join(".") || "the entry"));
    return { original, problem: `It cannot be read: ${[...fields].join(", ")}.` };
  }
  const entry = parsed.data;
  const reach = commandOf(entry) ?? addressOf(entry);
  if (reach === null) return { original, problem: "It has neither a command nor a URL." };
  return { original, enabled: entry.enabled && !entry.disabled, reach };
}

function commandOf(entry: Entry): DraftCommand | null {
  const { command } = entry;
  if (command === undefined) return null;
  const env = { ...entry.environment, ...entry.env };
  const args = entry.args ?? [];
  const cwd = entry.cwd ?? null;
  if (typeof command === "string" && !isCommandLine(command, args)) {
    return { transport: "stdio", command, args, cwd, env };
  }
  if (typeof command === "string" || Array.isArray(command)) {
    const words = typeof command === "string" ? splitCommands(command)[0]?.words : command;
    const [program = "", ...more] = words ?? [];
    return { transport: "stdio", command: program, args: [...more, ...args], cwd, env };
  }
  return {
    transport: "stdio",
    command: command.path,
    args: [...(command.args ?? []), ...args],
    cwd,
    env: { ...env, ...command.env },
  };
}

/** Some put the arguments behind a program's name; a path may have spaces of its own. */
const isCommandLine = (command: string, args: readonly string[]): boolean =>
  args.length === 0 && RUNNERS.test(/^(\S+)\s+\S/.exec(command)?.[1] ?? "");

function addressOf(entry: Entry): DraftAddress | null {
  const url = entry.url ?? entry.serverUrl ?? entry.httpUrl;
  if (url === undefined) return null;
  const said = [entry.type, entry.transport].find((kind) => kind !== undefined);
  const fromEnvironment = Object.entries(entry.env_http_headers ?? {}).map(([name, variable]) => [
    name,
    `\${env:${variable}}`,
  ]);
  const bearer = entry.bearer_token_env_var
    ? { Authorization: `Bearer \${env:${entry.bearer_token_env_var}}` }
    : {};
  return {
    transport: transportOf(url, entry.httpUrl === undefined ? said : "http"),
    url,
    headers: {
      ...bearer,
      ...Object.fromEntries(fromEnvironment),
      ...entry.http_headers,
      ...entry.headers,
    },
    signIn: readSignIn(entry.oauth, entry.auth),
  };
}
