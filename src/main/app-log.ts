import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createRedactor } from "@local-mcp/gateway";

export type LogLevel = "info" | "warn" | "error";

const FILE = "app.log";
const MAX_BYTES = 1024 * 1024;
/** Files that are kept: app.log, app.log.1 … app.log.4. */
const MAX_FILES = 5;
/** Lines that are kept in memory for the diagnostics. */
const MAX_RECENT = 200;

/**
 * The app's own log: lines of JSON without secrets, in files that are rotated. Until the data
 * directory is known to be ours nothing is written, and lines wait in memory.
 */
export class AppLog {
  /** Also the gateway's, so that what the gateway knows to be secret is written nowhere. */
  readonly redactor = createRedactor();
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** Told when a line cannot be written, once. */
  readonly #onFailure: (error: unknown) => void;
  readonly #recent: string[] = [];
  #waiting: string[] = [];
  #directory: string | null = null;
  #size = 0;
  #failed = false;

  constructor(options: {
    now: () => number;
    onFailure: (error: unknown) => void;
    maxBytes?: number;
  }) {
    this.#now = options.now;
    this.#onFailure = options.onFailure;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  /** Takes a finished line of JSON, such as the gateway's. */
  readonly line = (line: string): void => {
    const clean = this.#clean(line);
    this.#recent.push(clean);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    if (this.#directory === null) {
      this.#waiting = [...this.#waiting, clean].slice(-MAX_RECENT);
    } else this.#append(this.#directory, clean);
  };

  write(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
    const time = new Date(this.#now()).toISOString();
    this.line(JSON.stringify({ time, level, message, ...fields }));
  }

  /** Writes into `directory` from now on, beginning with what has waited. */
  openIn(directory: string): void {
    if (this.#directory === directory) return;
    this.#directory = directory;
    this.#attempt(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      this.#size = sizeOf(join(directory, FILE));
    });
    for (const line of this.#waiting.splice(0)) this.#append(directory, line);
  }

  /** The last lines, oldest first. */
  recent(): readonly string[] {
    return this.#recent;
  }

  #clean(line: string): string {
    try {
      return JSON.stringify(this.redactor.json(JSON.parse(line)));
    } catch {
      // Not JSON: it is text all the same.
      return String(this.redactor.json(line)).replaceAll("\n", " ");
    }
  }

  #append(directory: string, line: string): void {
    const text = `${line}\n`;
    this.#attempt(() => {
      if (this.#size > 0 && this.#size + Buffer.byteLength(text) > this.#maxBytes) {
        rotate(join(directory, FILE));
        this.#size = 0;
      }
      appendFileSync(join(directory, FILE), text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
    });
  }

  /** A log that cannot be written must not end what it tells about. */
  #attempt(write: () => void): void {
    try {
      write();
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#onFailure(error);
      this.#failed = true;
    }
  }
}

const rotate = (file: string): void => {
  rmSync(`${file}.${MAX_FILES - 1}`, { force: true });
  for (let number = MAX_FILES - 2; number >= 0; number -= 1) {
    const from = number === 0 ? file : `${file}.${number}`;
    if (sizeOf(from) > 0) renameSync(from, `${file}.${number + 1}`);
  }
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
