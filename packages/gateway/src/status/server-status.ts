import {
  GatewayError,
  type ServerStatus,
  type SignInStatus,
  type StatusAction,
  type StatusFlag,
  type StatusReason,
  type Transport,
  type VaultStatus,
} from "@local-mcp/contract";
import type { Observation, ServerCatalog, ServerDefinition } from "@local-mcp/engine";

export interface ServerFacts {
  definition: ServerDefinition;
  observation: Observation;
  catalog: ServerCatalog | null;
  /** Slugs of the profiles it is in. */
  profiles: string[];
  vault: VaultStatus["state"];
  signIn: SignInFactsOfServer;
  tools: { changedTools: number; heldTools: number };
}

/** How the server is signed in to. */
export interface SignInFactsOfServer {
  /** Who would sign in; `header` where what the server wants is configured as a header. */
  by: "person" | "gateway" | "header" | "nobody";
  /** Null where nobody has, and the server was not seen to want it. */
  status: SignInStatus | null;
  /** The gateway has to be given a client id first. */
  lacksClient?: boolean;
}

const COMMAND = "local-mcp-gateway";
const VAULT_COMMANDS = {
  missing: "init",
  locked: "unlock",
  open: "unlock",
  lost: "reset",
} as const;

const WORKING: readonly SignInStatus["state"][] = ["signed_in", "refreshing"];

/** The one place where the status of a server gets its words. */
export function serverStatus(facts: ServerFacts, now: number): ServerStatus {
  const { definition, observation, catalog, profiles } = facts;
  const { state, since, retryAt, attempt } = observation;
  return {
    state,
    reason: reasonOf(facts, now),
    since,
    affects: { tools: catalog?.lists.tools.length ?? 0, profiles },
    action: actionOf(definition.name, facts),
    flags: flagsOf(facts),
    ...facts.tools,
    listedAt: catalog?.listedAt ?? null,
    retryAt,
    attempt,
    signIn: facts.signIn.status,
  };
}

/** Why a call to this server cannot be answered, as a tool error or an API error says it. */
export function unavailable(facts: ServerFacts, now: number): GatewayError {
  const status = serverStatus(facts, now);
  const reason = status.reason?.message ?? fallbackReason(status.state);
  const command = status.action?.command;
  return new GatewayError("server_unavailable", {
    server: facts.definition.name,
    reason,
    action: command ? `To fix it, run “${command}”.` : "It may be ready in a moment; call again.",
  });
}

function fallbackReason(state: ServerStatus["state"]): string {
  return state === "starting" ? "It is starting." : "It is not running.";
}

function reasonOf(
  { definition, observation, signIn }: ServerFacts,
  now: number,
): StatusReason | null {
  const { state, reason, retryAt, attempt } = observation;
  if (state === "unconfirmed") {
    const message = `Nobody has agreed yet to run the command of ${definition.name}.`;
    return { code: "consent", message, detail: null };
  }
  if (state === "needs_sign_in") {
    const refused = `${definition.name} needs a sign-in: ${reason?.message ?? "it refused the request."}`;
    // What is signed in and refused all the same has only the server's word for it.
    const { status } = signIn;
    const isKnown = status !== null && !WORKING.includes(status.state);
    return {
      code: "sign_in",
      message: isKnown ? status.message : refused,
      detail: reason?.detail ?? null,
    };
  }
  if (state === "retrying" && reason && retryAt !== null) {
    const seconds = Math.max(1, Math.round((retryAt - now) / 1000));
    const count =
      attempt === null || attempt.of === null ? "" : ` (${attempt.number} of ${attempt.of})`;
    return { ...reason, message: `${reason.message} Next try in ${seconds} s${count}.` };
  }
  return state === "failed" || state === "locked" ? reason : null;
}

function actionOf(
  name: string,
  { observation, definition, vault, signIn, tools }: ServerFacts,
): StatusAction | null {
  switch (observation.state) {
    case "off":
      return { code: "turn_on", label: "Turn on", command: `${COMMAND} servers enable ${name}` };
    case "unconfirmed":
      return {
        code: "review_command",
        label: "Review command…",
        command: `${COMMAND} servers confirm ${name}`,
      };
    case "needs_sign_in":
      return signInAction(name, signIn);
    case "idle":
    case "ready":
      if (tools.changedTools > 0) {
        const command = `${COMMAND} servers changes ${name}`;
        return { code: "review_tools", label: "Review…", command };
      }
      return observation.state === "ready" && isMoreWanted(signIn)
        ? { code: "sign_in", label: "Allow more…", command: `${COMMAND} servers signin ${name}` }
        : null;
    case "retrying":
      return { code: "retry", label: "Retry now", command: `${COMMAND} servers test ${name}` };
    case "failed":
      return fixFor(name, definition.transport, observation.reason?.code);
    case "locked":
      return {
        code: "unlock_vault",
        label: "Unlock vault…",
        command: `${COMMAND} vault ${VAULT_COMMANDS[vault]}`,
      };
    default:
      return null;
  }
}

/** What a server that wants credentials is given by whom. */
function signInAction(name: string, { by, lacksClient }: SignInFactsOfServer): StatusAction {
  switch (by) {
    case "person":
      if (lacksClient === true) {
        return {
          code: "edit_sign_in",
          label: "Edit sign-in…",
          command: `${COMMAND} servers edit ${name} --client-id ID`,
        };
      }
      return { code: "sign_in", label: "Sign in…", command: `${COMMAND} servers signin ${name}` };
    case "gateway":
      return {
        code: "edit_sign_in",
        label: "Edit sign-in…",
        command: `${COMMAND} servers edit ${name} --client-secret`,
      };
    case "header":
      return {
        code: "edit_headers",
        label: "Edit headers…",
        command: `${COMMAND} servers edit ${name} --header Authorization`,
      };
    default:
      return {
        code: "edit_sign_in",
        label: "Edit sign-in…",
        command: `${COMMAND} servers edit ${name} --sign-in person`,
      };
  }
}

const isMoreWanted = ({ status }: SignInFactsOfServer): boolean =>
  status !== null && status.state === "signed_in" && status.wanted.length > 0;

/** What is wrong decides what is offered: another command, another URL, or another try. */
function fixFor(
  name: string,
  transport: Transport,
  reason: StatusReason["code"] | undefined,
): StatusAction {
  if (reason === "command_not_found") {
    const command = `${COMMAND} servers edit ${name} -- COMMAND ARGS…`;
    return { code: "fix", label: "Choose file…", command };
  }
  if (reason === "secret") {
    return { code: "fix", label: "Enter it…", command: `${COMMAND} servers show ${name}` };
  }
  if (transport !== "stdio") {
    return {
      code: "fix",
      label: "Edit URL…",
      command: `${COMMAND} servers edit ${name} --url URL`,
    };
  }
  return { code: "retry", label: "Start again", command: `${COMMAND} servers test ${name}` };
}

function flagsOf({ observation, catalog, signIn, tools }: ServerFacts): StatusFlag[] {
  const flags: StatusFlag[] = [];
  if (tools.changedTools > 0) flags.push("tools_changed");
  if (isMoreWanted(signIn)) flags.push("more_access_wanted");
  if (observation.listIncomplete) flags.push("list_incomplete");
  if (observation.answerTooBig) flags.push("answer_too_big");
  const awayStates = ["starting", "needs_sign_in", "retrying", "failed", "locked"];
  if (catalog && awayStates.includes(observation.state)) flags.push("stale");
  return flags;
}
