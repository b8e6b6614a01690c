// What takes the right to start processes, where that is told by a field.

/** Fields of a stdio server that decide what runs, or that something runs, or how often. */
export const RUNS_SOMETHING = [
  "command",
  "args",
  "cwd",
  "env",
  "secrets",
  "enabled",
  "confirmed",
  "transport",
  "connections",
] as const;

/** Fields of a tool that decide what it says, and to whom. */
export const DECIDES_REQUEST = [
  "url",
  "method",
  "query",
  "headers",
  "arguments",
  "body",
  "auth",
  "inputSchema",
] as const;

/** Whether a root is a folder, which opens the files in it. */
export const isFolder = (uri: string): boolean => /^file:/i.test(uri);
