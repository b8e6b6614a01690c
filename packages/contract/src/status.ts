import { z } from "zod";
import { problem } from "./problem.ts";
import { signInStatus } from "./sign-in.ts";
import { vaultStatus } from "./vault.ts";

/**
 * Status is computed once, in packages/gateway, and only rendered elsewhere. A person reads
 * `reason.message` and presses `action`.
 */
export const serverState = z.enum([
  "off",
  "unconfirmed",
  "idle",
  "starting",
  "ready",
  "needs_sign_in",
  "retrying",
  "failed",
  "locked",
]);
export type ServerState = z.infer<typeof serverState>;

/** The word for each state, the same in window, tray and command line. */
export const STATE_WORDS: Record<ServerState, string> = {
  off: "Off",
  unconfirmed: "Not started yet",
  idle: "Idle",
  starting: "Starting…",
  ready: "Ready",
  needs_sign_in: "Sign in",
  retrying: "Retrying",
  failed: "Failed",
  locked: "Waiting for vault",
};

/** Beside the word for `idle`, since nobody has to do anything. */
export const IDLE_NOTE = "starts on the next call";

/** States in which a person has to do something. */
export const NEEDS_A_PERSON: readonly ServerState[] = ["needs_sign_in", "failed", "locked"];

/** States that are somebody's choice and never count against the whole. */
export const AT_REST: readonly ServerState[] = ["off", "unconfirmed"];

export const failureCode = z.enum([
  "command_not_found",
  "exited",
  "crash_loop",
  "timeout",
  "not_mcp",
  "dns",
  "unreachable",
  "tls",
  "http_status",
  "sign_in",
  "vault",
  "secret",
  "consent",
]);
export type FailureCode = z.infer<typeof failureCode>;

export const statusReason = z.object({
  code: failureCode,
  /** What happened, as a sentence. Holds no secret. */
  message: z.string(),
  /** The last lines of the server's stderr or the body it answered; shown folded. */
  detail: z.string().nullable(),
});
export type StatusReason = z.infer<typeof statusReason>;

export const statusAction = z.object({
  code: z.enum([
    "turn_on",
    "review_command",
    "review_tools",
    "cancel",
    "sign_in",
    "edit_sign_in",
    "edit_headers",
    "retry",
    "fix",
    "unlock_vault",
  ]),
  label: z.string(),
  /** The same as a command, for people without the window. */
  command: z.string().nullable(),
});
export type StatusAction = z.infer<typeof statusAction>;

export const statusFlag = z.enum([
  "tools_changed",
  "list_incomplete",
  "stale",
  "answer_too_big",
  /** Its sign-in allows less than it has asked for since. */
  "more_access_wanted",
]);
export type StatusFlag = z.infer<typeof statusFlag>;

export const serverStatus = z.object({
  state: serverState,
  reason: statusReason.nullable(),
  /** When the state began, ms since 1970. */
  since: z.number().int(),
  affects: z.object({ tools: z.number().int(), profiles: z.array(z.string()) }),
  action: statusAction.nullable(),
  flags: z.array(statusFlag),
  /** Tools that are not as they were accepted. */
  changedTools: z.number().int().min(0),
  /** How many of those are kept from clients until they are. */
  heldTools: z.number().int().min(0),
  /** When the lists shown were fetched, ms since 1970; null when they never were. */
  listedAt: z.number().int().nullable(),
  /** When the next try is due, ms since 1970; only while retrying. */
  retryAt: z.number().int().nullable(),
  /**
   * Which try that is, and of how many; `of` is null where it goes on until the server is back.
   * Only while retrying.
   */
  attempt: z
    .object({ number: z.number().int().min(1), of: z.number().int().min(1).nullable() })
    .nullable(),
  /** Null for a server that nobody signs in to. */
  signIn: signInStatus.nullable(),
});
export type ServerStatus = z.infer<typeof serverStatus>;

/**
 * Whether a person has something to do: about its state, or to read what changed of its tools. It
 * counts as trouble wherever trouble is counted.
 */
export const needsAPerson = ({ state, changedTools }: ServerStatus): boolean =>
  NEEDS_A_PERSON.includes(state) || (changedTools > 0 && !AT_REST.includes(state));

export const gatewayState = z.enum(["serving", "attention", "starting", "not_serving"]);

export const gatewayStatus = z.object({
  state: gatewayState,
  /** One line for tray, window and command line. */
  summary: z.string(),
  /** Base URL, for example http://127.0.0.1:4444; null while nothing listens. */
  url: z.string().nullable(),
  /** Why nothing listens though it should. */
  problem: problem.nullable(),
  /** What should be known of the address though it is served. */
  warnings: z.array(problem),
  pid: z.number().int(),
  version: z.string(),
  dataDir: z.string(),
  startedAt: z.number().int(),
  activeProfile: z.string().nullable(),
  servers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      title: z.string(),
      enabled: z.boolean(),
      status: serverStatus,
    }),
  ),
  sessions: z.number().int(),
  vault: vaultStatus.shape.state,
});
export type GatewayStatus = z.infer<typeof gatewayStatus>;
