import { randomBytes } from "node:crypto";

/**
 * Environment variable by which the processes of a server are known. They pass it on to what they
 * start, so it also finds those that have left their process group or lost their parent.
 */
export const MARKER = "LOCAL_MCP_GATEWAY_PROCESS";

/**
 * `OWNER.RUN.NUMBER`: the data directory, one run of the gateway over it, one start of a server.
 * Nothing of it is secret, and nothing else than a process of ours carries it.
 */
export class Markers {
  readonly #owner: string;
  readonly #run = randomBytes(8).toString("hex");
  #starts = 0;

  /** `owner` stands for the data directory, in hexadecimal. */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** For the next process that is started. */
  next(): string {
    this.#starts += 1;
    return `${this.ofThisRun}${this.#starts}`;
  }

  /** How every marker of this run begins. */
  get ofThisRun(): string {
    return `${this.#owner}.${this.#run}.`;
  }

  /** Whether a marker was given by an earlier run over the same data directory. */
  isLeftover(marker: string): boolean {
    return marker.startsWith(`${this.#owner}.`) && !marker.startsWith(this.ofThisRun);
  }
}

/** The run that gave a marker. */
export const runOf = (marker: string): string => marker.slice(0, marker.lastIndexOf("."));

/** The marker in an environment as the system shows it: `NAME=value`, with `separator` between. */
export function markerIn(environment: string, separator: string): string | null {
  const key = `${MARKER}=`;
  const at = environment.startsWith(key) ? 0 : environment.indexOf(`${separator}${key}`);
  if (at === -1) return null;
  const start = environment.indexOf("=", at) + 1;
  const end = environment.indexOf(separator, start);
  return environment.slice(start, end === -1 ? undefined : end).trim();
}
