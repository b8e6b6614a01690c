import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { table } from "../../bench/stats.ts";

const NOTE_START = fileURLToPath(new URL("note-start.cjs", import.meta.url));

/** The environment that makes a Node server note its starts in this file. */
export const notingStarts = (file: string): Record<string, string> => ({
  NODE_OPTIONS: `--require ${JSON.stringify(NOTE_START)}`,
  E2E_STARTS_FILE: file,
});

/** How often a server was started that notes it in this file. */
export const startsIn = (file: string): number =>
  existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").length : 0;

/** What one start of the gateway cost a server. */
export interface ServerStart {
  name: string;
  /** As the gateway found it, with the version that is spoken. */
  era: string;
  version: string;
  /** Of its process. */
  starts: number;
  /** From the start of the gateway, ms. */
  readyMs: number;
}

/** Both starts of the gateway beside each other, one server a line. */
export const startsTable = (probed: ServerStart[], cached: ServerStart[]): string =>
  table([
    ["server", "era", "version", "starts", "ready ms", "starts again", "ready ms again"],
    ...probed.map(({ name, era, version, starts, readyMs }, index) => [
      name,
      era,
      version,
      String(starts),
      String(readyMs),
      String(cached[index]?.starts ?? "–"),
      String(cached[index]?.readyMs ?? "–"),
    ]),
  ]);
