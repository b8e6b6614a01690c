import type { Writable } from "node:stream";
import type { ExitCode } from "@local-mcp/contract";
import { GatewayError } from "@local-mcp/contract";
import type { RecoveryMode, Redactor } from "@local-mcp/gateway";
import { askKey } from "./commands/vault-keys.ts";
import { type Api, connect, type Connection, type Place } from "./connect.ts";
import { toGatewayError } from "./errors.ts";
import type { Io } from "./io.ts";
import { quoted, visible } from "./output.ts";
import { recovering, replaceable, withWayBack } from "./recovery.ts";

/** The options that every command takes. */
export interface GlobalOptions extends Place {
  json?: boolean;
}

/**
 * Rejects when the signal aborts first; what `work` does then is nobody's concern any more.
 * @throws GatewayError request_cancelled
 */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
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
  /** Keeps secrets out of what is said of errors; the gateway in this process tells it its own. */
  readonly redactor: Redactor;
  /** Whether words stand after “--”, which are then meant as a command. */
  readonly hasDashes: boolean;

  constructor(io: Io, options: GlobalOptions, redactor: Redactor, hasDashes = false) {
    this.io = io;
    this.options = options;
    this.redactor = redactor;
    this.hasDashes = hasDashes;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  /** Width of a row that people read; a pipe has none. */
  get width(): number | undefined {
    return this.io.stdout.isTTY === true ? this.io.stdout.columns : undefined;
  }

  /**
   * The answer of the command: one JSON document with --json, otherwise the text. What a terminal
   * would act on is escaped in it, as JSON allows.
   */
  answer(document: unknown, text: string): void {
    this.#write(this.io.stdout, this.json ? visible(JSON.stringify(document)) : text);
  }

  /** Text of others: a terminal is protected from it; a pipe gets it as it is. */
  shown(text: string): string {
    return this.io.stdout.isTTY === true ? visible(text) : text;
  }

  /** Says something beside the answer. */
  note(text: string): void {
    this.#write(this.io.stderr, visible(text));
  }

  /** Says what a person may want to do next; programs are spared it. */
  hint(text: string): void {
    if (!this.json) this.note(text);
  }

  warn(text: string): void {
    this.note(`Warning: ${text}`);
  }

  /** What was interrupted may still come to an end, and nobody wants to hear of it. */
  #write(stream: Writable, text: string): void {
    if (!this.io.signal.aborted) stream.write(`${text}\n`);
  }

  /**
   * Opens a locked vault with what a person types.
   *
   * @throws GatewayError vault_locked where nobody can, with what would open this one
   */
  async #openVault({ api, running }: Connection, locked: GatewayError): Promise<void> {
    // Whoever may not ask for the status is told of the lock alone.
    const status = await api.vault.status().catch(() => null);
    if (status === null) throw locked;
    const what = String(locked.params.what);
    if (running) {
      throw new GatewayError("vault_locked", { what, way: status.wayOut ?? locked.wayOut });
    }
    await api.vault.unlock(await askKey(this, status, "Passphrase of the vault: ", what));
  }

  /** @returns a gateway, or what is wrong with a database that does not open */
  async #connect(): Promise<Connection | GatewayError> {
    try {
      return await connect(this.io, this.options, { redactor: this.redactor });
    } catch (error) {
      const problem = replaceable(error);
      if (problem === null) throw error;
      return problem;
    }
  }

  /** @throws GatewayError what is wrong with the database, and the way back where there is one */
  #refuse(problem: GatewayError): Promise<never> {
    return this.recover(async (recovery) => {
      const restore = (name: string): string => this.command(`backup restore ${quoted(name)}`);
      throw await withWayBack(problem, recovery, restore);
    });
  }

  /** Runs `work` on a data directory whose database does not open. */
  recover<T>(work: (recovery: RecoveryMode) => Promise<T>): Promise<T> {
    return recovering(this.io, this.options, this.redactor, work);
  }

  /** A command a person can copy, for the same data directory. */
  command(words: string): string {
    const { dataDir } = this.options;
    const where = dataDir === undefined ? "" : `--data-dir ${quoted(dataDir)} `;
    return `local-mcp-gateway ${where}${words}`;
  }

  /**
   * Runs `work` on a gateway, and closes what was opened for it however it ends. Where only the
   * key of the vault is missing and a person is there who can type one, asks for it and tries again.
   *
   * @param options `endsItself`: `work` heeds the signal, and takes back what it has begun;
   * `rescue`: what is done where the database does not open
   */
  async use<T>(
    work: (api: Api, connection: Connection) => Promise<T>,
    {
      endsItself = false,
      rescue = (problem) => this.#refuse(problem),
    }: { endsItself?: boolean; rescue?: (problem: GatewayError) => Promise<T> } = {},
  ): Promise<T> {
    const connection = await this.#connect();
    if (connection instanceof GatewayError) return rescue(connection);
    const { api } = connection;
    try {
      const done = work(api, connection).catch(async (error: unknown) => {
        const known = toGatewayError(error);
        if (known.code !== "vault_locked") throw error;
        await this.#openVault(connection, known);
        return work(api, connection);
      });
      return await (endsItself ? done : unlessAborted(done, this.io.signal));
    } finally {
      await this.#tellOfLoss(connection);
      await connection.close();
    }
  }

  /** What was set aside while there was no gateway, no gateway tells. */
  async #tellOfLoss({ api, running }: Connection): Promise<void> {
    if (running) return;
    const { warnings } = await api.status.get().catch(() => ({ warnings: [] }));
    for (const { code, message, wayOut } of warnings) {
      if (code === "traffic_set_aside") this.warn(`${message} ${wayOut}`);
    }
  }
}

/** What a command ends with; nothing means 0. */
export type Outcome = Promise<ExitCode | void>;

/** Makes an action of the command tree out of a command; `program.ts` supplies it. */
export type Act = <Arguments extends unknown[]>(
  command: (cli: Cli, ...given: Arguments) => Outcome,
) => (...given: Arguments) => Promise<void>;
