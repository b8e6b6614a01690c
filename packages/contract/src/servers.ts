import { z } from "zod";
import { serverName, title } from "./names.ts";
import { noSecret, secretIn } from "./secret-fields.ts";
import { secretInfo, secretName } from "./secrets.ts";
import { signInConfigView, signInWrite } from "./sign-in.ts";
import { settingsUpdate } from "./settings.ts";
import { serverState, serverStatus, statusReason } from "./status.ts";
import { tags } from "./tags.ts";

export const transport = z.enum(["stdio", "http", "sse"]);
export type Transport = z.infer<typeof transport>;

/**
 * Whether all clients use a server over one connection or each has one of its own. On a connection
 * of its own a client is known to the server by what it can do, and a process started per client
 * keeps apart what clients leave in it.
 */
export const serverConnections = z.enum(["shared", "per_client"]);
export type ServerConnections = z.infer<typeof serverConnections>;

/** As people read it. */
export const CONNECTIONS_WORDS: Record<ServerConnections, string> = {
  shared: "One connection for all clients",
  per_client: "One connection per client",
};

const envName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,255}$/,
    "An environment variable is named with letters, digits and _.",
  );
export const headerName = z
  .string()
  .regex(
    /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,256}$/,
    "A header's name has letters, digits and a few signs.",
  );
export const headerValue = secretIn(
  z
    .string()
    // RFC 9110 §5.5: no control characters, which is also what stops header injection.
    // oxlint-disable-next-line no-control-regex -- the control characters are the point
    .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/, "A header's value is one line of text."),
);
const noNul = z.string().refine((text) => !text.includes("\0"), "It holds a NUL character.");

const httpUrl = z.string().superRefine((text, context) => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    context.addIssue({
      code: "custom",
      message: "Write the whole URL, beginning with https:// or http://.",
    });
    return;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    context.addIssue({
      code: "custom",
      message: "Only URLs that begin with https:// or http:// can be used.",
    });
  }
});

/** An address that is only shown: without user info and query, which would be secrets. */
export const healthUrl = httpUrl
  .max(2048)
  .refine((text) => !/^https?:\/\/[^/?#]*@|\?/i.test(text), "Write it without a user and a query.");

/** Limits of one server; each falls back to the setting of the same name. */
export const serverLimits = settingsUpdate.pick({
  /** From start to a finished handshake and first list, ms. */
  startTimeoutMs: true,
  /** From call to answer, ms; progress starts it anew. */
  callTimeoutMs: true,
  maxConcurrentCalls: true,
  idleStopMs: true,
});
export type ServerLimits = z.infer<typeof serverLimits>;

/** An environment value: secret unless it is marked plain. */
const envWrite = z.union([
  z.null(),
  z.object({ value: secretIn(noNul), plain: z.boolean().default(false) }),
]);

const stdioWrite = z.object({
  transport: z.literal("stdio"),
  command: noNul.min(1),
  args: z.array(noNul).default([]),
  cwd: noNul.min(1).nullable().default(null),
  env: z.record(envName, envWrite).default({}),
});

/**
 * A header's value is a secret as a whole, but where it has `${secret:name}` marks: then it is a
 * template that is shown, and each named secret is given beside it.
 *
 * `url` is read as a person pastes it: its user info and query values become secrets. Writing back
 * the `${secret:…}` marks that a DTO shows keeps what is stored.
 */
const remoteWrite = <T extends "http" | "sse">(kind: T) =>
  z.object({
    transport: z.literal(kind),
    url: secretIn(httpUrl),
    headers: z.record(headerName, headerValue.nullable()).default({}),
    signIn: signInWrite.optional(),
  });

const DECIDES_WHAT_RUNS =
  /^(PATH|ENV|BASH_ENV|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|HOME|STARTUP)|PERL5(OPT|LIB)|RUBY(OPT|LIB)|JAVA_TOOL_OPTIONS|DOCKER_HOST|LD_\w+|DYLD_\w+|(NPM_CONFIG|UV|PIP)_\w+)$/i;

/** Whether a variable decides which code runs, as much as the command line does. */
export const decidesWhatRuns = (name: string): boolean => DECIDES_WHAT_RUNS.test(name);

export const serverConfigWrite = z.discriminatedUnion("transport", [
  stdioWrite,
  remoteWrite("http"),
  remoteWrite("sse"),
]);
export type ServerConfigWrite = z.infer<typeof serverConfigWrite>;

export const serverCreate = z.object({
  name: serverName,
  title: title.optional(),
  description: z.string().max(2000).default(""),
  config: serverConfigWrite,
  /** Values of the `${secret:name}` marks in arguments. */
  secrets: z.record(secretName, secretIn(z.string())).default({}),
  limits: serverLimits.default({}),
  /** Absent: shared for stdio, where each connection costs a process, per client for the others. */
  connections: serverConnections.optional(),
  tags: tags.default([]),
  /** Where its operator shows whether it works; kept and shown, never fetched. */
  healthUrl: healthUrl.nullable().default(null),
  /**
   * Whether tools that have changed, or are new, are kept from clients until a person accepts them.
   * Absent: false.
   */
  holdChangedTools: z.boolean().optional(),
  enabled: z.boolean().default(true),
  /**
   * True where the person who adds it has seen the command, as on a command line. Otherwise a
   * stdio server stays unconfirmed and is not started.
   */
  confirmed: z.boolean().default(false),
  /** Profiles it joins, by slug. */
  profiles: z.array(z.string()).default([]),
});
export type ServerCreate = z.infer<typeof serverCreate>;

/** Absent keeps, null clears, a value sets; `env` and `headers` are merged key by key. */
export const serverUpdate = z.object({
  name: serverName.optional(),
  title: title.optional(),
  description: z.string().max(2000).optional(),
  command: noNul.min(1).optional(),
  args: z.array(noNul).optional(),
  cwd: noNul.min(1).nullable().optional(),
  env: z.record(envName, envWrite).optional(),
  url: secretIn(httpUrl).optional(),
  transport: transport.optional(),
  headers: z.record(headerName, headerValue.nullable()).optional(),
  /** Null goes back to what the server says of itself. */
  signIn: signInWrite.nullable().optional(),
  secrets: z.record(secretName, secretIn(z.string()).nullable()).optional(),
  limits: serverLimits.optional(),
  connections: serverConnections.optional(),
  tags: tags.optional(),
  healthUrl: healthUrl.nullable().optional(),
  holdChangedTools: z.boolean().optional(),
  enabled: z.boolean().optional(),
  /** Consent to the command as it is after this update. */
  confirmed: z.boolean().optional(),
  /** Stored secrets go with the server to a URL of another origin; without it that is refused. */
  keepSecrets: z.boolean().optional(),
});
export type ServerUpdate = z.infer<typeof serverUpdate>;

/** A template with `${secret:name}` marks is no secret. */
const headerView = z.union([z.object({ template: noSecret(z.string()) }), secretInfo]);

const envView = z.union([
  z.object({ plain: z.literal(true), value: noSecret(z.string()) }),
  z.object({ plain: z.literal(false), secret: secretInfo }),
]);

export const serverConfigView = z.discriminatedUnion("transport", [
  z.object({
    transport: z.literal("stdio"),
    command: z.string(),
    args: z.array(z.string()),
    cwd: z.string().nullable(),
    env: z.record(z.string(), envView),
  }),
  z.object({
    transport: z.enum(["http", "sse"]),
    /** With `${secret:…}` in the place of user info and query values. */
    url: z.string(),
    headers: z.record(z.string(), headerView),
    signIn: signInConfigView,
  }),
]);
export type ServerConfigView = z.infer<typeof serverConfigView>;

export const serverView = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  config: serverConfigView,
  /** Named secrets that `${secret:name}` marks refer to. */
  secrets: z.record(z.string(), secretInfo),
  limits: serverLimits,
  connections: serverConnections,
  tags: z.array(z.string()),
  healthUrl: z.string().nullable(),
  holdChangedTools: z.boolean(),
  enabled: z.boolean(),
  confirmed: z.boolean(),
  profiles: z.array(z.string()),
  counts: z.object({
    tools: z.number().int(),
    prompts: z.number().int(),
    resources: z.number().int(),
    resourceTemplates: z.number().int(),
  }),
  /** What it said of itself when it last connected. */
  implementation: z
    .object({ name: z.string(), version: z.string(), protocolVersion: z.string() })
    .nullable(),
  /** Which era of MCP it speaks; null while that is not known of its present configuration. */
  era: z
    .object({
      era: z.enum(["legacy", "modern"]),
      /** Null where it has yet to be agreed on with a server that begins with `initialize`. */
      protocolVersion: z.string().nullable(),
      /** When it was last found out, ms since 1970; it is again every day or so. */
      decidedAt: z.number().int(),
    })
    .nullable(),
  status: serverStatus,
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type ServerView = z.infer<typeof serverView>;

/** Something that was stored, and yet will not work as it is. */
export const warning = z.object({ code: z.string(), message: z.string() });
export type Warning = z.infer<typeof warning>;

export const serverTestResult = z.object({
  ok: z.boolean(),
  status: serverStatus,
  counts: serverView.shape.counts,
  implementation: serverView.shape.implementation,
  /** From start to listed, ms. */
  durationMs: z.number(),
});

/** One entry of an `mcpServers` or `servers` file and what became of it. */
export const serverImportRow = z.object({
  original: z.string(),
  name: z.string().nullable(),
  outcome: z.enum(["added", "skipped", "failed"]),
  message: z.string().nullable(),
});
export type ServerImportRow = z.infer<typeof serverImportRow>;

/** A server as found in a pasted text. Values that look secret are named, never shown. */
export const pastedServer = z.object({
  /** What the text calls it; empty where it does not. */
  original: z.string(),
  /** What it would be called; null where it cannot be read. */
  name: z.string().nullable(),
  config: z
    .discriminatedUnion("transport", [
      z.object({
        transport: z.literal("stdio"),
        command: z.string(),
        /** With `${secret:…}` in the place of what looks secret. */
        args: z.array(z.string()),
        cwd: z.string().nullable(),
        env: z.array(noSecret(z.string())),
      }),
      z.object({
        transport: z.enum(["http", "sse"]),
        /** With `${secret:…}` in the place of user info and query values. */
        url: z.string(),
        headers: z.array(noSecret(z.string())),
      }),
    ])
    .nullable(),
  enabled: z.boolean(),
  /** Whether a server of this name is there already. */
  taken: z.boolean(),
  /** Why it cannot be added, as a sentence. */
  problem: z.string().nullable(),
});
export type PastedServer = z.infer<typeof pastedServer>;

export const recognition = z.object({
  form: z.enum(["command", "claude_command", "client_json", "client_toml", "url"]).nullable(),
  servers: z.array(pastedServer),
  /** Why nothing was recognised, with line and column where there is one; quotes nothing of it. */
  problem: z.string().nullable(),
});
export type Recognition = z.infer<typeof recognition>;

/** One server of a pasted text that is to be added, by its place in {@link recognition}. */
export const pasteChoice = z.object({
  index: z.number().int().min(0),
  name: serverName.optional(),
  /** Environment variables that are no secrets; they are stored and shown in clear. */
  plain: z.array(z.string()).default([]),
});

/** What a person reads before they let a command run. */
export const serverReview = z.object({
  command: z.string(),
  args: z.array(z.string()),
  /** The file that would run; null where it was not found. */
  path: z.string().nullable(),
  /** Version of a well-known runtime such as npx. */
  version: z.string().nullable(),
  cwd: z.string().nullable(),
  /** Names of the variables it is given beside the usual ones. */
  env: z.array(noSecret(z.string())),
  /** Who asks: how the server came into the configuration. */
  addedAt: z.number().int(),
});
export type ServerReview = z.infer<typeof serverReview>;

export const serverCapability = z.object({
  kind: z.enum(["tool", "prompt", "resource", "resource_template"]),
  /** Name, URI or URI template, as the server calls it. */
  name: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  /** As the server sent it. */
  definition: z.record(z.string(), z.unknown()),
});
export type ServerCapability = z.infer<typeof serverCapability>;

/** A change of state of a server. */
export const serverActivity = z.object({
  at: z.number().int(),
  state: serverState,
  reason: statusReason.nullable(),
});
export type ServerActivity = z.infer<typeof serverActivity>;

/** What the processes of one server take together. */
export const serverUsage = z.object({
  processes: z.number().int().min(1),
  /** Resident, bytes. */
  memoryBytes: z.number().int().min(0),
  /** Since the sample before, 100 is one core that is busy all the time; null until there are two. */
  cpuPercent: z.number().min(0).nullable(),
  /** Since they started, ms of one core. */
  cpuMs: z.number().int().min(0),
});
export type ServerUsage = z.infer<typeof serverUsage>;

/** The same with the server it belongs to. */
export const serverUsageRow = z.object({
  serverId: z.string(),
  name: z.string(),
  usage: serverUsage,
});
export type ServerUsageRow = z.infer<typeof serverUsageRow>;

/** What a server wrote beside its answers. */
export const serverOutput = z.object({
  /** The last lines of its stderr, and of its stdout those that were not MCP, with `stdout: `. */
  lines: z.array(z.string()),
  /** Lines on its stdout that were not MCP, since its process started. */
  garbage: z.object({ lines: z.number().int().min(0), last: z.string().nullable() }),
});
export type ServerOutput = z.infer<typeof serverOutput>;
