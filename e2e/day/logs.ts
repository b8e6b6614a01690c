import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { logCleared, logRow, type LogRow, logState, logTotals } from "@local-mcp/contract";
import { eventually } from "../command-line.ts";
import type { Client } from "./while-they-work.ts";

interface Options {
  root: string;
  cli: (...args: string[]) => Promise<unknown>;
  check: (what: string, holds: boolean, detail?: unknown) => void;
  /** Every file of the data directory with this in it. */
  filesWith: (text: string) => string[];
}

const WAIT_MS = 10_000;
/** Said by the client in the morning, and to be forgotten in the evening. */
const WORD = "kaleidoscope";
/** Said with it. The word itself stays, as what was asked to be cleared, in the audit log. */
const BESIDE = "wintergreen-lozenges";
const CALL = { name: "one_echo", arguments: { message: `a ${WORD} for ${BESIDE}` } };
const NEVER = { name: "three_hold", arguments: { gate: "never" } };
/** A server whose calls are nobody's business. */
const PRIVATE = { name: "four_echo", arguments: { message: "not for the log" } };

/** What was said in the morning is told in the evening, and then it is forgotten. */
export class Logs {
  /** Of every file that goes out. */
  readonly folder: string;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.folder = join(options.root, "logs");
    mkdirSync(this.folder);
  }

  /** Says the word, and asks for what is never answered. */
  async beforeTheKill(client: Client): Promise<void> {
    const { check } = this.#options;
    await client.request("tools/call", CALL);
    void client.request("tools/call", NEVER).catch(() => undefined);
    const [running] = await this.#waitFor(`tool:${NEVER.name} status:running`);
    check("a call is in the log while it runs", running !== undefined);
  }

  async afterTheKill(): Promise<void> {
    const { check } = this.#options;
    const cut = await this.#rows(`tool:${NEVER.name}`);
    const isTold = cut.length === 1 && cut[0]?.outcome === "interrupted";
    check("what the kill interrupted says so", isTold, JSON.stringify(cut));
    check("what was said before it is found by a word", (await this.#rows(WORD)).length === 1);
  }

  /** The log is not part of what a restore brought back. */
  async evening(client: Client): Promise<void> {
    const { cli, check } = this.#options;
    const [said] = await this.#rows(WORD);
    check("a restore leaves the log as it is", said?.outcome === "ok", said);
    const linked = said ? await this.#rows(`linked:${said.correlation} kind:request,upstream`) : [];
    check("both sides of a call are linked", linked.length === 2, JSON.stringify(linked));
    const { totals } = z.object({ totals: logTotals }).parse(await cli("logs", "stats"));
    check("what went wrong is counted", totals.calls > totals.errors && totals.errors > 0, totals);

    await cli("logs", "level", "off", "--server", "four");
    await client.request("tools/call", PRIVATE);
    await cli("logs", "level", "default", "--server", "four");
    await client.request("tools/call", { ...CALL, arguments: { message: "the last one" } });
    const last = await this.#waitFor('text:"the last one"');
    check("a level is back at once", last.length === 1, last.length);
    const hidden = await this.#rows(`tool:${PRIVATE.name}`);
    check("a server that is off has no row", hidden.length === 0, JSON.stringify(hidden));

    await this.#give();
    await this.#forget();
  }

  /** A file for whoever helps. */
  async #give(): Promise<void> {
    const { cli, check } = this.#options;
    const file = join(this.folder, "log.jsonl");
    await cli("logs", "export", "--out", file, "--filter", WORD);
    const given = readFileSync(file, "utf8");
    const isSanitized = given.includes(CALL.name) && !given.includes(WORD);
    check("a file of the log says what was called and not with what", isSanitized, given);
  }

  async #forget(): Promise<void> {
    const { cli, check, filesWith } = this.#options;
    const { rows } = logCleared.parse(await cli("logs", "clear", "--yes", "--filter", WORD));
    check("what is cleared is counted", rows > 0, rows);
    const isOver = await eventually(async () => {
      const { clearing } = logState.parse(await cli("logs", "level"));
      return clearing || filesWith(BESIDE).length > 0 ? undefined : true;
    }, WAIT_MS);
    check("and no byte of it is left", isOver === true, filesWith(BESIDE));
  }

  async #rows(filter: string): Promise<LogRow[]> {
    const kind = filter.includes("kind:") ? "" : " kind:request";
    return logRow.array().parse(await this.#options.cli("logs", "tail", "--filter", filter + kind));
  }

  async #waitFor(filter: string): Promise<LogRow[]> {
    const found = await eventually(async () => {
      const rows = await this.#rows(filter);
      return rows.length > 0 ? rows : undefined;
    }, WAIT_MS);
    return found ?? [];
  }
}
