import {
  CONNECTIONS_WORDS,
  IDLE_NOTE,
  type ServerConfigView,
  type ServerOutput,
  type ServerView,
  type ServerStatus,
  type ServerUsage,
  STATE_WORDS,
  type Warning,
} from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import { dateTime, facts, oneLine, plural, quoted, table } from "../output.ts";
import { signInConfigText } from "./sign-in-options.ts";
import { signInFacts, signInWord, wantedText } from "./sign-in-views.ts";
import { changedText } from "./tool-change-views.ts";
import { usageText } from "./usage.ts";

/** What a server runs or where it is, on one line. */
export const summaryOf = (config: ServerConfigView): string =>
  config.transport === "stdio"
    ? [config.command, ...config.args].map(quoted).join(" ")
    : `${config.url}${config.transport === "sse" ? " (SSE)" : ""}`;

export const secretWords = (hint: string | null): string =>
  hint === null ? "stored" : `stored, ends in ${hint}`;

const environment = (config: ServerConfigView): string | null => {
  if (config.transport !== "stdio") return null;
  const lines = Object.entries(config.env).map(([name, value]) =>
    value.plain ? `${name}=${value.value}` : `${name}  (${secretWords(value.secret.hint)})`,
  );
  return lines.length === 0 ? null : lines.join("\n");
};

const stored = (
  secrets: Record<string, { hint: string | null } | { template: string }>,
): string | null => {
  const lines = Object.entries(secrets).map(([name, value]) =>
    "template" in value ? `${name}: ${value.template}` : `${name}  (${secretWords(value.hint)})`,
  );
  return lines.length === 0 ? null : lines.join("\n");
};

/** What is the matter and what to do, or null while all is well. */
export const trouble = (status: ServerStatus): string | null => {
  const { reason, action, signIn } = status;
  const next = action?.command ?? null;
  const wanted = signIn?.state === "signed_in" ? signIn.wanted : [];
  const what = reason?.message ?? changedText(status) ?? wantedText(wanted);
  const said = [...(what === null ? [] : [what]), ...(next ? [`Run “${next}”.`] : [])];
  return said.length === 0 ? null : said.join(" ");
};

/** What is good to know of the state, and no trouble; only a gateway that runs starts anything. */
export const stateNote = ({ state }: ServerStatus, running: boolean): string | null =>
  running && state === "idle" ? IDLE_NOTE : null;

export const countsOf = (counts: ServerView["counts"]): string =>
  [
    plural(counts.tools, "tool"),
    plural(counts.prompts, "prompt"),
    plural(counts.resources, "resource"),
    ...(counts.resourceTemplates === 0
      ? []
      : [plural(counts.resourceTemplates, "resource template")]),
  ].join(", ");

export const serverTable = (cli: Cli, servers: readonly ServerView[]): string => {
  if (servers.length === 0) {
    return `No servers yet. Add one: ${cli.command("servers add NAME -- COMMAND ARGS…")}`;
  }
  const signIns = servers.some(({ status }) => status.signIn !== null);
  return table(
    ["NAME", "STATE", ...(signIns ? ["SIGN-IN"] : []), "TOOLS", "PROFILES", "RUNS"],
    servers.map((server) => [
      server.name,
      STATE_WORDS[server.status.state],
      ...(signIns ? [signInWord(server.status)] : []),
      String(server.counts.tools),
      server.profiles.join(",") || "-",
      summaryOf(server.config),
    ]),
    cli.width,
  );
};

/** The version of MCP that is used with it; null while none was. */
const spoken = ({ era, implementation }: ServerView): string | null => {
  const version = era?.protocolVersion ?? implementation?.protocolVersion;
  if (version === undefined) return null;
  return `MCP ${version}${era ? `, as found on ${dateTime(era.decidedAt)}` : ""}`;
};

/** A time that somebody has chosen: “60 s”, “15 min”. */
const chosen = (milliseconds: number): string =>
  milliseconds >= 120_000 && milliseconds % 60_000 === 0
    ? `${milliseconds / 60_000} min`
    : `${milliseconds / 1000} s`;

const idleStopText = (idleStopMs: number): string =>
  idleStopMs === 0 ? "never" : `after ${chosen(idleStopMs)} without a call`;

export const serverFacts = (
  server: ServerView,
  { running, usage }: { running: boolean; usage: ServerUsage | null },
): string => {
  const { config, limits, status } = server;
  const note = stateNote(status, running);
  const { startTimeoutMs, callTimeoutMs, maxConcurrentCalls, idleStopMs } = limits;
  const isCommand = config.transport === "stdio";
  return facts([
    ["Name", server.name],
    ["Title", server.title === server.name ? null : server.title],
    ["Description", server.description || null],
    ["Tags", server.tags.join(", ") || null],
    ["State", note === null ? STATE_WORDS[status.state] : `${STATE_WORDS[status.state]}, ${note}`],
    ["Reason", trouble(status)],
    ["Output", status.reason?.detail ?? null],
    ...signInFacts(status),
    ["Transport", config.transport],
    ["Command", isCommand ? [config.command, ...config.args].map(quoted).join("\n") : null],
    ["Folder", isCommand ? config.cwd : null],
    ["Environment", environment(config)],
    ["URL", isCommand ? null : config.url],
    ["Headers", isCommand ? null : stored(config.headers)],
    ["Sign-in options", isCommand ? null : signInConfigText(config.signIn)],
    ["Secrets", stored(server.secrets)],
    ["Processes", usage && usageText(usage)],
    ["Start limit", startTimeoutMs === undefined ? null : chosen(startTimeoutMs)],
    ["Call limit", callTimeoutMs === undefined ? null : chosen(callTimeoutMs)],
    ["Calls at once", maxConcurrentCalls === undefined ? null : String(maxConcurrentCalls)],
    ["Ends when idle", idleStopMs === undefined ? null : idleStopText(idleStopMs)],
    ["Connections", CONNECTIONS_WORDS[server.connections]],
    ["Changed tools", server.holdChangedTools ? "held back until they are accepted" : null],
    ["Profiles", server.profiles.join(", ") || "none"],
    ["Offers", countsOf(server.counts)],
    [
      "Runs as",
      server.implementation === null
        ? null
        : `${server.implementation.name} ${server.implementation.version}`,
    ],
    ["Speaks", spoken(server)],
    ["Added", dateTime(server.createdAt)],
    ["Changed", dateTime(server.updatedAt)],
  ]);
};

/** More of a line than this is not quoted, characters. */
const MAX_QUOTED = 160;

/** What the server wrote where only MCP belongs; null where it wrote nothing else. */
export const garbageText = ({ lines, last }: ServerOutput["garbage"]): string | null => {
  if (lines === 0) return null;
  const what = `${plural(lines, "line")} on stdout ${lines === 1 ? "was" : "were"} not MCP`;
  const text = oneLine(last ?? "");
  if (text === "") return `${what}.`;
  const quoted = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return `${what}${lines === 1 ? ": " : "; the last: "}${quoted}`;
};

/** Prints what was stored and yet will not work as it is. */
export const printWarnings = (cli: Cli, warnings: readonly Warning[]): void => {
  for (const warning of warnings) cli.warn(warning.message);
};
