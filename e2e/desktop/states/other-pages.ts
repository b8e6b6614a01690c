import { pageState, type State } from "./state.ts";

/** Pages whose states have scenes of their own, which the short form leaves out: as they are mostly. */
export const otherPageStates: State[] = [
  pageState("debug logs, of a working day", "/logs", "initialize"),
  pageState("sessions of debug logs, of a working day", "/logs/sessions", "Requests"),
  pageState("summary of debug logs, of a working day", "/logs/summary", /^\d+ calls?$/),
  pageState("metrics, of a working day", "/metrics", "Nothing was called in this range."),
  pageState("sessions, of a working day", "/sessions", "Last call"),
  pageState("own prompts, none", "/prompts", "A prompt is a text with gaps"),
  pageState("own resources, none", "/resources", "A resource is a text or file"),
  pageState("a new resource", "/resources/new", "With {name} in it"),
  pageState("profile: roots, none", "/profiles/dev/roots", "A root is a folder or address"),
  pageState("server: changed tools, none", "/servers/files/changes", "is as you accepted it"),
  pageState("backups, none", "/backups", "A backup is one encrypted file"),
  pageState("import and export", "/transfer", "You see what would change"),
  pageState("export", "/transfer/export", "What the file holds"),
  pageState("import", "/transfer/import", "Paste a configuration"),
  pageState("settings: backups, without a passphrase", "/settings?section=backups", "Time of day"),
  pageState("settings: logs and metrics", "/settings?section=logs", "The oldest is of"),
];
