import { setTimeout as sleep } from "node:timers/promises";
import { type ExitCode, GatewayError, type LogRow } from "@local-mcp/contract";
import { ORPCError } from "@orpc/client";
import type { Cli } from "../cli.ts";
import { type Api, findRunning, httpConnection, type Running } from "../connect.ts";
import { toGatewayError } from "../errors.ts";
import { cut } from "../output.ts";
import { newestRows, rowsAfter } from "./logs-search.ts";
import { painted, rowHead, rowLine } from "./logs-views.ts";

export interface TailOptions {
  follow?: boolean;
  limit?: number;
  filter?: string;
}

const DEFAULT_LIMIT = 50;
/** Rows of which it is known that they were shown. */
const MAX_RECENT = 2000;
/** How often it is looked whether a gateway runs again, ms. */
const LOOK_EVERY_MS = 1000;

/** What is said by a gateway that is just stopping, starting or being restored. */
const MEANWHILE: readonly string[] = [
  "gateway_unreachable",
  "not_a_gateway",
  "shutting_down",
  "token_unknown",
  "restore_under_way",
];

const isColoured = ({ io, json }: Cli): boolean =>
  !json && io.stdout.isTTY === true && (io.env["NO_COLOR"] ?? "") === "";

const print = (cli: Cli, row: LogRow): void => {
  const line = cut(rowLine(row), cli.width);
  cli.answer(row, isColoured(cli) ? painted(row, line) : line);
};

/** The newest rows, the latest at the bottom. */
export const tail = async (
  cli: Cli,
  { follow, limit = DEFAULT_LIMIT, filter = "" }: TailOptions,
): Promise<ExitCode | void> => {
  if (follow === true) return new Follower(cli, { limit, filter }).run();
  return cli.use(async (api) => {
    const rows = await newestRows(api, filter, limit);
    if (cli.json) return cli.answer(rows, "");
    if (rows.length === 0) {
      cli.answer(rows, "Nothing of the kind is recorded.");
      const { level } = await api.logs.state({});
      if (level === "off") cli.note("Recording is off: “local-mcp-gateway logs level full”.");
      return;
    }
    cli.answer(rows, cut(rowHead(), cli.width));
    for (const row of rows) print(cli, row);
  });
};

/** Shows rows as they come, through restarts of the gateway, until somebody ends it. */
class Follower {
  readonly #cli: Cli;
  readonly #filter: string;
  readonly #limit: number;
  readonly #gone = new AbortController();
  /** The newest row that was looked at; null before the first. */
  #last: number | null = null;
  /** The newest that was shown. */
  #shown = 0;
  /** Those that were shown last. */
  readonly #recent = new Set<number>();
  /** Rows that were shown while they ran. */
  readonly #running = new Set<number>();
  #isWaiting = false;

  constructor(cli: Cli, { filter, limit }: { filter: string; limit: number }) {
    this.#cli = cli;
    this.#filter = filter;
    this.#limit = limit;
  }

  /** @returns 130 where it was interrupted, nothing where nobody reads what it says any more */
  async run(): Promise<ExitCode | void> {
    const { io, json } = this.#cli;
    const leave = (): void => this.#gone.abort();
    const signal = AbortSignal.any([io.signal, this.#gone.signal]);
    io.stdout.once("close", leave).once("error", leave);
    if (!json) this.#cli.answer(null, cut(rowHead(), this.#cli.width));
    try {
      while (!signal.aborted) {
        const running = await findRunning(io, this.#cli.options);
        if (running === null) await this.#withoutGateway();
        else await this.#with(running, signal);
        await sleep(LOOK_EVERY_MS, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      io.stdout.off("close", leave).off("error", leave);
    }
    return io.signal.aborted ? 130 : undefined;
  }

  /** What was recorded before can be shown; whatever comes needs a gateway that runs. */
  async #withoutGateway(): Promise<void> {
    if (this.#last === null) await this.#cli.use((api) => this.#showNew(api, 0));
    this.#wait("No gateway runs; waiting for one.");
  }

  async #with(running: Running, signal: AbortSignal): Promise<void> {
    const isFirst = this.#last === null;
    const connection = httpConnection(running);
    try {
      await this.#follow(connection.api, signal);
    } catch (error) {
      if (signal.aborted) return;
      // A stream that breaks tells no error of ours.
      const isOurs = error instanceof GatewayError || error instanceof ORPCError;
      const known = toGatewayError(error);
      if (isOurs && (isFirst || !MEANWHILE.includes(known.code))) throw known;
    } finally {
      await connection.close();
    }
    this.#wait("The connection to the gateway ended; waiting for it.");
  }

  async #follow(api: Api, signal: AbortSignal): Promise<void> {
    let isBegun = false;
    const news = await api.logs.follow({ filter: this.#filter }, { signal });
    for await (const { rows, changed, added, last } of news) {
      if (!isBegun) {
        isBegun = true;
        if (this.#isWaiting) this.#cli.note("Connected to the gateway.");
        this.#isWaiting = false;
        // Of a log that was begun anew nothing was shown yet.
        if (this.#last !== null && last < this.#last) this.#forget();
        await this.#showNew(api, last);
        await this.#showEnded(api);
      } else if (added > 0) {
        this.#showLate(rows);
        await this.#showNew(api, last);
      }
      for (const row of changed) this.#showChanged(row);
    }
  }

  /** @param last the newest row there is, whether it matches or not */
  async #showNew(api: Api, last: number): Promise<void> {
    if (this.#last === null) {
      for (const row of await newestRows(api, this.#filter, this.#limit)) this.#show(row);
      this.#last = Math.max(this.#shown, last);
      return;
    }
    for await (const rows of rowsAfter(api, this.#filter, this.#last)) {
      for (const row of rows) this.#show(row);
      this.#last = Math.max(this.#last, this.#shown);
    }
    this.#last = Math.max(this.#last, last);
  }

  /** Rows before others that were shown, which match only since they ended. */
  #showLate(rows: readonly LogRow[]): void {
    for (const row of rows) {
      if (row.id <= (this.#last ?? 0) && !this.#recent.has(row.id)) this.#show(row);
    }
  }

  /** What ended while there was no gateway to follow. */
  async #showEnded(api: Api): Promise<void> {
    for (const id of this.#running) {
      const row = await api.logs.get({ id }).catch(() => null);
      if (row !== null) this.#showChanged(row);
    }
  }

  #show(row: LogRow): void {
    if (row.outcome === "running") this.#running.add(row.id);
    this.#shown = Math.max(this.#shown, row.id);
    this.#recent.add(row.id);
    const [oldest] = this.#recent;
    if (this.#recent.size > MAX_RECENT && oldest !== undefined) this.#recent.delete(oldest);
    print(this.#cli, row);
  }

  #showChanged(row: LogRow): void {
    if (row.outcome === "running" || !this.#running.delete(row.id)) return;
    print(this.#cli, row);
  }

  #forget(): void {
    this.#last = this.#shown = 0;
    this.#recent.clear();
    this.#running.clear();
  }

  #wait(text: string): void {
    if (!this.#isWaiting) this.#cli.note(text);
    this.#isWaiting = true;
  }
}
