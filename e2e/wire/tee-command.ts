import { fileURLToPath } from "node:url";

/** The command that runs a stdio server with every message recorded in `file`. */
export const tee = (file: string, command: string[]): string[] => [
  process.execPath,
  fileURLToPath(new URL("tee.ts", import.meta.url)),
  file,
  "--",
  ...command,
];
