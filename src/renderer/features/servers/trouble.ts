import {
  IDLE_NOTE,
  type ServerStatus,
  type ServerView,
  STATE_WORDS,
  type StatusFlag,
} from "@local-mcp/contract";
import { clockTime, count, listed } from "../../components/time.ts";

/** What has to be known of a server to say what troubles it. */
export type TroubledServer = Pick<ServerView, "id" | "name" | "title" | "status">;

/** What the window does when a person presses the button of a trouble. */
export type RemedyCode =
  | "turn_on"
  | "cancel"
  | "review"
  | "retry"
  | "choose_file"
  | "check_again"
  | "edit_command"
  | "edit_folder"
  | "edit_url"
  | "sign_in"
  | "cancel_sign_in"
  | "edit_sign_in"
  | "edit_headers"
  | "edit_limits"
  | "edit_secrets"
  | "unlock_vault"
  | "show_output"
  | "show_limit"
  | "review_tools";

export interface Remedy {
  code: RemedyCode;
  label: string;
}

/** A start that takes longer than this can be cancelled, ms. */
export const CANCEL_AFTER_MS = 10_000;

/** States in which there is nothing to say or to do. */
const WELL: readonly ServerStatus["state"][] = ["ready", "idle"];

export const isWell = ({ status }: TroubledServer): boolean => WELL.includes(status.state);

/** The one thing to do first; null where waiting is all there is. */
export function primaryRemedy({ status }: TroubledServer, now: number): Remedy | null {
  const { action, state, since } = status;
  if (state === "starting" && now - since >= CANCEL_AFTER_MS) {
    return { code: "cancel", label: "Cancel" };
  }
  if (action === null) return null;
  const { label } = action;
  switch (action.code) {
    case "turn_on":
    case "cancel":
    case "retry":
    case "edit_sign_in":
    case "edit_headers":
    case "unlock_vault":
    case "review_tools":
      return { code: action.code, label };
    case "review_command":
      return { code: "review", label };
    case "sign_in":
      return { code: "sign_in", label: status.signIn?.waiting ? "Continue…" : label };
    default:
      return fixFor(status, label);
  }
}

function fixFor({ reason }: ServerStatus, label: string): Remedy {
  switch (reason?.code) {
    case "command_not_found":
      return isMissingFolder(reason.message)
        ? { code: "edit_folder", label: "Edit folder…" }
        : { code: "choose_file", label };
    case "secret":
      return { code: "edit_secrets", label };
    default:
      return { code: "edit_url", label };
  }
}

/** A working folder that is not there has the same reason code as a command that is not. */
const isMissingFolder = (message: string): boolean => message.startsWith("The folder ");

const CANCEL_SIGN_IN: Remedy = { code: "cancel_sign_in", label: "Cancel sign-in" };

/** What else can be done, quieter. */
export function otherRemedies({ status }: TroubledServer, transport: string): Remedy[] {
  const editUrl: Remedy = { code: "edit_url", label: "Edit URL…" };
  const tryAgain: Remedy = { code: "retry", label: "Try again" };
  const showOutput: Remedy = { code: "show_output", label: "Show output" };
  switch (status.reason?.code) {
    case "command_not_found":
      return [
        { code: "check_again", label: "Check again" },
        { code: "edit_command", label: "Edit command…" },
      ];
    case "exited":
    case "crash_loop":
      return [showOutput];
    case "timeout": {
      const waitLonger: Remedy = { code: "edit_limits", label: "Wait longer…" };
      return transport === "stdio" ? [showOutput, waitLonger] : [waitLonger];
    }
    case "not_mcp":
      return transport === "stdio" ? [showOutput] : [tryAgain];
    case "dns":
    case "unreachable":
    case "tls":
    case "http_status":
      return [status.action?.code === "retry" ? editUrl : tryAgain];
    case "sign_in":
      return status.signIn?.waiting ? [CANCEL_SIGN_IN] : [tryAgain];
    default:
      return [];
  }
}

const COUNTDOWN = / Next try in \d+ s(?: \([^)]*\))?\.$/;

/**
 * What happened, as a sentence. The gateway writes the seconds to the next try into its sentence;
 * here they are counted down beside it, so that they are never out of date.
 */
export function headline({ name, title, status }: TroubledServer): string {
  // That the vault is locked is said once, for all who wait for it.
  if (status.state === "locked") return `${title} waits for the vault.`;
  if (status.reason) {
    return called(title, name, status.reason.message.replace(COUNTDOWN, ""));
  }
  switch (status.state) {
    case "off":
      return `${title} is off.`;
    case "starting":
      return `Starting ${title}…`;
    case "needs_sign_in":
      return `${title} needs you to sign in.`;
    case "ready":
      return wantsMore(status) ? moreWanted(status) : `${title}: ready.`;
    default:
      return `${title}: ${STATE_WORDS[status.state].toLowerCase()}.`;
  }
}

/** Whether calls are refused that a person could allow. */
export const wantsMore = ({ flags }: ServerStatus): boolean => flags.includes("more_access_wanted");

/** What to do about it, also where something else is to be done first. */
export const allowMore = ({ action }: ServerStatus): Remedy => ({
  code: "sign_in",
  label: action?.code === "sign_in" ? action.label : "Allow more…",
});

const moreWanted = ({ signIn }: ServerStatus): string =>
  `${FLAG_WORDS.more_access_wanted}: ${listed(signIn?.wanted ?? [])}.`;

/** Where a server was given up, the gateway's sentence is followed by what the last failure was. */
const LAST = " Last: ";

/** Sentences of the gateway name a server as commands do; here it goes by its title. */
function called(title: string, name: string, sentence: string): string {
  const at = sentence.indexOf(LAST);
  if (at !== -1) {
    const last = sentence.slice(at + LAST.length);
    return `${called(title, name, sentence.slice(0, at))}${LAST}${called(title, name, last)}`;
  }
  if (sentence.startsWith(`${name} `)) return title + sentence.slice(name.length);
  const end = ` of ${name}.`;
  return sentence.endsWith(end) ? `${sentence.slice(0, -end.length)} of ${title}.` : sentence;
}

/** {@link headline} in two, for where the last failure has a line of its own. */
export function headlineAndLast(server: TroubledServer): { what: string; last: string | null } {
  const text = headline(server);
  const at = text.indexOf(LAST);
  return at === -1
    ? { what: text, last: null }
    : { what: text.slice(0, at), last: text.slice(at + 1) };
}

/** {@link headline} for a line that begins with the server's title: what follows the title. */
export function lineAfterTitle(server: TroubledServer): string {
  const text = headline(server);
  return text.startsWith(`${server.title} `) ? text.slice(server.title.length) : `: ${text}`;
}

/** What else helps a person on, beside the actions. */
export const hint = ({ state, signIn }: ServerStatus): string | null =>
  state === "needs_sign_in" && signIn?.state === "signed_out"
    ? "A token or API key that you were given there works as a header, in Settings."
    : null;

/** Seconds to the next try; null where none is due. */
function secondsToTry({ state, retryAt }: ServerStatus, now: number): number | null {
  const seconds = state === "retrying" && retryAt !== null ? Math.ceil((retryAt - now) / 1000) : 0;
  return seconds > 0 ? seconds : null;
}

/** The word of the state; counts down to the next try. */
export function stateWord(status: ServerStatus, now: number): string {
  const { state, since } = status;
  if (state === "retrying") {
    const seconds = secondsToTry(status, now);
    return seconds === null ? "Retrying…" : `Retrying in ${seconds} s`;
  }
  if (state === "starting" && now - since >= 1000) {
    return `Starting, ${Math.floor((now - since) / 1000)} s`;
  }
  return STATE_WORDS[state];
}

/** The same as a sentence beside the reason. */
export function nextTry(status: ServerStatus, now: number): string {
  const seconds = secondsToTry(status, now);
  const which = whichTry(status);
  const of = which === null ? "" : ` (${which})`;
  return seconds === null ? `The next try${of} is under way.` : `Next try in ${seconds} s${of}.`;
}

/** Which try comes next, “2 of 5”; null where there is no last one. */
export const whichTry = ({ attempt }: ServerStatus): string | null =>
  attempt?.of ? `${attempt.number} of ${attempt.of}` : null;

/**
 * The status to show after `before`: a try that follows a failure is still that trouble, so that
 * what a person reads does not come and go with each try.
 */
export function steady(before: ServerStatus, status: ServerStatus): ServerStatus {
  if (status.state !== "starting" || before.state !== "retrying") return status;
  return before.retryAt === null ? before : { ...before, retryAt: null };
}

const WITHDRAWN: readonly ServerStatus["state"][] = ["off", "unconfirmed"];

/** Which tools, in which profiles, and what clients see of them meanwhile. */
export function affected(status: ServerStatus): string {
  const { tools, profiles } = status.affects;
  if (profiles.length === 0) return "It is in no profile.";
  if (status.listedAt === null) return `Clients of ${listed(profiles)} get nothing from it yet.`;
  const what = `Affects ${count(tools, "tool")} in ${listed(profiles)}.`;
  if (tools === 0) return what;
  const meanwhile = WITHDRAWN.includes(status.state)
    ? "Clients are not offered them."
    : status.state === "starting"
      ? "They stay listed; calls wait."
      : "They stay listed; calls answer with this message.";
  return `${what} ${meanwhile}`;
}

const FLAG_WORDS = {
  list_incomplete: "List incomplete",
  answer_too_big: "Last answer too big",
  tools_changed: "Tools changed",
  more_access_wanted: "More access wanted",
} satisfies Partial<Record<StatusFlag, string>>;

const FLAG_TEXTS: Partial<Record<StatusFlag, string>> = FLAG_WORDS;

/** What is to know beside the state. */
export function flagTexts({ state, flags, listedAt }: ServerStatus, now: number): string[] {
  const texts = flags.flatMap((flag) => FLAG_TEXTS[flag]?.toLowerCase() ?? []);
  if (state === "idle") texts.unshift(IDLE_NOTE);
  const stale = flags.includes("stale") && listedAt !== null;
  return stale ? [...texts, `as of ${clockTime(listedAt, now)}`] : texts;
}

export const CONNECT_STEPS = ["Resolve", "Connect", "Handshake", "List"] as const;
type ConnectStep = (typeof CONNECT_STEPS)[number];

/** The step on the way to a remote server that failed; null where the reason does not tell. */
export function failedStep({ reason }: ServerStatus, transport: string): ConnectStep | null {
  if (transport === "stdio") return null;
  switch (reason?.code) {
    case "dns":
      return "Resolve";
    case "unreachable":
    case "tls":
      return "Connect";
    case "http_status":
    case "not_mcp":
    case "timeout":
      return "Handshake";
    default:
      return null;
  }
}

export const LAST_OUTPUT = "Last output";

/** What the folded details of a reason hold. */
export function detailLabel({ reason }: ServerStatus, transport: string): string {
  switch (reason?.code) {
    case "command_not_found":
      return "Folders searched";
    case "exited":
    case "crash_loop":
    case "timeout":
      return LAST_OUTPUT;
    case "http_status":
    case "not_mcp":
      return transport === "stdio" ? LAST_OUTPUT : "What it answered";
    default:
      return "Details";
  }
}
