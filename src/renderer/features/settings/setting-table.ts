import type { SettingKey } from "@local-mcp/contract";
import { LEVEL_WORDS } from "../logs/recording-words.ts";

/** Sections of the page, in order; `/settings?section=ID` opens one. */
export const SECTIONS = [
  { id: "general", title: "General", words: "start login quit" },
  {
    id: "gateway",
    title: "Gateway",
    words: "port address limits time proxy certificates sign-in client metadata",
  },
  {
    id: "runtimes",
    title: "Runtimes",
    words: "doctor npx uvx node docker path shell programs folders network findings check",
  },
  {
    id: "logs",
    title: "Logs and metrics",
    words: "debug logs recorded clear whole messages metrics calls counted latency retention days",
  },
  { id: "vault", title: "Vault", words: "secrets passphrase keychain key lock unlock" },
  {
    id: "backups",
    title: "Backups",
    words: "backup restore automatic daily schedule passphrase recovery sheet folder",
  },
  { id: "appearance", title: "Appearance", words: "theme dark light" },
  {
    id: "audit",
    title: "Audit log",
    words: "who what when history changes sign-ins secrets read export",
  },
  { id: "about", title: "About", words: "version data folder diagnostics electron" },
] as const;
export type SectionId = (typeof SECTIONS)[number]["id"];

/** How a stored number is shown to people. */
interface Unit {
  word: string;
  /** How many of what is stored make one of it. */
  size: number;
}

const SECONDS: Unit = { word: "seconds", size: 1000 };
const MINUTES: Unit = { word: "minutes", size: 60_000 };
const HOURS: Unit = { word: "hours", size: 3_600_000 };
const DAYS: Unit = { word: "days", size: 1 };
const KILOBYTES: Unit = { word: "KB", size: 1024 };
const MEGABYTES: Unit = { word: "MB", size: 1024 * 1024 };

export interface NumberControl {
  kind: "number";
  unit: Unit | null;
  /** Where 0 is no amount: the word for it, and the least that is one, as stored. */
  zero?: { word: string; least: number };
}

type Control =
  | { kind: "switch" }
  /** `picks`: the system's dialog can fill it. */
  | { kind: "text"; placeholder?: string; picks?: "folder" }
  | NumberControl
  | { kind: "choice"; options: { value: string; label: string }[] };

/** One setting as people read it. */
export interface SettingRow {
  key: SettingKey;
  section: SectionId;
  label: string;
  /** One sentence. */
  about: string;
  control: Control;
}

export const SETTING_ROWS: readonly SettingRow[] = [
  {
    key: "startAtLogin",
    section: "general",
    label: "Start at login",
    about:
      "The app starts with your session, without its window, so that clients find their tools.",
    control: { kind: "switch" },
  },
  {
    key: "askBeforeQuit",
    section: "general",
    label: "Ask before quitting",
    about: "Only while clients are connected, since they lose their tools.",
    control: { kind: "switch" },
  },
  {
    key: "port",
    section: "gateway",
    label: "Port",
    about: "Part of the URL that clients use. 0 takes any free port at each start.",
    control: { kind: "number", unit: null },
  },
  {
    key: "host",
    section: "gateway",
    label: "Address",
    about: "127.0.0.1 lets in programs on this computer and nobody else.",
    control: { kind: "text" },
  },
  {
    key: "startTimeoutMs",
    section: "gateway",
    label: "Time to start",
    about: "From the start of a server to its first list of tools.",
    control: { kind: "number", unit: SECONDS },
  },
  {
    key: "callTimeoutMs",
    section: "gateway",
    label: "Time for a call",
    about: "From a call to its answer. Progress starts it anew.",
    control: { kind: "number", unit: SECONDS },
  },
  {
    key: "maxConcurrentCalls",
    section: "gateway",
    label: "Calls at the same time",
    about: "As many as one server is given; further ones wait for their turn.",
    control: { kind: "number", unit: null },
  },
  {
    key: "idleStopMs",
    section: "gateway",
    label: "Stop when idle for",
    about:
      "A server that is a command ends when nobody has called it for so long, and starts on the next call. “never” keeps it running.",
    control: { kind: "number", unit: MINUTES, zero: { word: "never", least: 10_000 } },
  },
  {
    key: "sessionIdleMs",
    section: "gateway",
    label: "Idle sessions end after",
    about: "A client that was silent for longer begins a new session.",
    control: { kind: "number", unit: HOURS },
  },
  {
    key: "sessionMessagesKeepMs",
    section: "gateway",
    label: "Keep messages of sessions for",
    about:
      "Only where the database was chosen for sessions, which keeps what clients were answered.",
    control: { kind: "number", unit: HOURS },
  },
  {
    key: "maxRequestBytes",
    section: "gateway",
    label: "Largest request",
    about: "What a client may send at once.",
    control: { kind: "number", unit: MEGABYTES },
  },
  {
    key: "maxMessageBytes",
    section: "gateway",
    label: "Largest message of a server",
    about: "A larger one ends its call; the server stays connected.",
    control: { kind: "number", unit: MEGABYTES },
  },
  {
    key: "proxy",
    section: "gateway",
    label: "Proxy",
    about: "For servers with a URL. “direct” uses none; empty does as the environment says.",
    control: { kind: "text", placeholder: "http://host:port" },
  },
  {
    key: "noProxy",
    section: "gateway",
    label: "Reached without the proxy",
    about: "Hosts, with commas between them.",
    control: { kind: "text", placeholder: "localhost, .example.com" },
  },
  {
    key: "extraCaFile",
    section: "gateway",
    label: "Extra certificates",
    about: "A PEM file with certificates to trust beside the usual ones.",
    control: { kind: "text", placeholder: "/path/to/certificates.pem" },
  },
  {
    key: "clientMetadataUrl",
    section: "gateway",
    label: "Client metadata URL",
    about:
      "A page that describes the gateway to authorization servers. Those that read such take its address as the client id, so that nothing is registered.",
    control: { kind: "text", placeholder: "https://example.com/client.json" },
  },
  {
    key: "backupDaily",
    section: "backups",
    label: "Back up every day",
    about: "One that is missed is made when the computer is back.",
    control: { kind: "switch" },
  },
  {
    key: "backupTime",
    section: "backups",
    label: "Time of day",
    about: "In the time of this computer, as 02:00.",
    control: { kind: "text", placeholder: "02:00" },
  },
  {
    key: "backupKeep",
    section: "backups",
    label: "Automatic backups kept",
    about: "When there are more, the oldest are deleted. Those that you make yourself stay.",
    control: { kind: "number", unit: null },
  },
  {
    key: "backupFolder",
    section: "backups",
    label: "Folder",
    about: "Empty keeps them in the data folder. One on another disk survives this one.",
    control: { kind: "text", placeholder: "/path/to/a/folder", picks: "folder" },
  },
  {
    key: "appearance",
    section: "appearance",
    label: "Theme",
    about: "System follows your desktop.",
    control: {
      kind: "choice",
      options: [
        { value: "system", label: "System" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ],
    },
  },
  {
    key: "metrics",
    section: "logs",
    label: "Count calls",
    about: "How often what was called and how long it took. Never what was said.",
    control: { kind: "switch" },
  },
  {
    key: "metricsRawDays",
    section: "logs",
    label: "Keep single calls for",
    about: "After that there are sums per hour.",
    control: { kind: "number", unit: DAYS },
  },
  {
    key: "metricsKeepDays",
    section: "logs",
    label: "Keep sums per hour for",
    about: "Older ones are removed.",
    control: { kind: "number", unit: DAYS },
  },
  {
    key: "logLevel",
    section: "logs",
    label: "Record debug logs",
    about: "Secrets are removed before anything is written. Profiles and servers can differ.",
    control: {
      kind: "choice",
      options: Object.entries(LEVEL_WORDS).map(([value, label]) => ({ value, label })),
    },
  },
  {
    key: "logBodyBytes",
    section: "logs",
    label: "Longest recorded message",
    about: "Longer ones are cut off; their size is still told.",
    control: { kind: "number", unit: KILOBYTES },
  },
  {
    key: "logKeepDays",
    section: "logs",
    label: "Keep debug logs for",
    about: "Older ones are removed, but for those that are pinned.",
    control: { kind: "number", unit: DAYS },
  },
  {
    key: "logKeepMb",
    section: "logs",
    label: "Debug logs may take",
    about: "Then the oldest are removed.",
    control: { kind: "number", unit: { word: "MB", size: 1 } },
  },
  {
    key: "logKeepRows",
    section: "logs",
    label: "Keep at most",
    about: "Then the oldest are removed.",
    control: { kind: "number", unit: { word: "debug logs", size: 1 } },
  },
  {
    key: "maxResponseBytes",
    section: "gateway",
    label: "Answer to a tool of your own",
    about: "What a REST tool is answered. A longer answer is refused.",
    control: { kind: "number", unit: MEGABYTES },
  },
  {
    key: "auditKeepDays",
    section: "audit",
    label: "Keep entries for",
    about: "Older ones are removed from the audit log.",
    control: { kind: "number", unit: DAYS },
  },
];

/** Whether a text holds every word of the filter. */
export function matches(filter: string, ...texts: string[]): boolean {
  const text = texts.join(" ").toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
