import type { ExitCode } from "@local-mcp/contract";
import { GatewayError } from "@local-mcp/contract";
import { type Api, connect, type Connection, type Place } from "./connect.ts";
import type { Io } from "./io.ts";
import { quoted, visible } from "./output.ts";

/** The options that every command takes. */
export interface GlobalOptions extends Place {
  json?: boolean;
}

/** Rejects when the signal aborts first; what `work` does then is nobody's concern any more. */
const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new GatewayError("request_cancelled"));
  });
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

/** What a command works with: its options, the streams, and a gateway when it asks for one. */
export class Cli {
  readonly io: Io;
  readonly options: GlobalOptions;

  constructor(io: Io, options: GlobalOptions) {
    this.io = io;
    this.options = options;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  /** Width of a row that people read; a pipe has none. */
  get width(): number | undefined {
    return this.io.stdout.isTTY === true ? this.io.stdout.columns : undefined;
  }

  /** The answer of the command: one JSON document with --json, otherwise the text. */
  answer(document: unknown, text: string): void {
    this.io.stdout.write(`${this.json ? JSON.stringify(document) : text}\n`);
  }

  /** Says something beside the answer. */
  note(text: string): void {
    this.io.stderr.write(`${visible(text)}\n`);
  }

  /** Says what a person may want to do next; programs are spared it. */
  hint(text: string): void {
    if (!this.json) this.note(text);
  }

  warn(text: string): void {
    this.note(`Warning: ${text}`);
  }

  /** A command a person can copy, for the same data directory. */
  command(words: string): string {
    const { dataDir } = this.options;
    const where = dataDir === undefined ? "" : `--data-dir ${quoted(dataDir)} `;
    return `local-mcp-gateway ${where}${words}`;
  }

  /** Runs `work` on a gateway, and closes what was opened for it however it ends. */
  async use<T>(work: (api: Api, connection: Connection) => Promise<T>): Promise<T> {
    const { signal } = this.io;
    const connection = await connect(this.io, this.options);
    try {
      return await unlessAborted(work(connection.api, connection), signal);
    } finally {
      await connection.close();
    }
  }
}

/** What a command ends with; nothing means 0. */
export type Outcome = Promise<ExitCode | void>;

/** Makes an action of the command tree out of a command; `program.ts` supplies it. */
export type Act = <Arguments extends unknown[]>(
  command: (cli: Cli, ...given: Arguments) => Outcome,
) => (...given: Arguments) => Promise<void>;
