import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { McpClient } from "../fixtures/mcp-client.ts";
import { type Client, whileTheyWork } from "./while-they-work.ts";

type Check = (what: string, holds: boolean, detail?: unknown) => void;

interface Options {
  root: string;
  cli: (...args: string[]) => Promise<unknown>;
  check: Check;
}

const made = z.object({ id: z.string(), state: z.string() });
const ended = z.object({ state: z.string() });
const created = z.object({ token: z.string() });
const named = z.array(z.object({ name: z.string() }));

/** Removed by mistake. */
const SERVER = "five";
const CALL = { name: `${SERVER}_echo`, arguments: { message: "hi" } };
const ECHOED = "Echo: hi";
const DEPARTED = "departed";

/** A backup that is made in the morning, and what it is good for in the afternoon. */
export class Backup {
  readonly passphrase = "day-passphrase-of-a-backup-5e1d";
  readonly #options: Options;
  readonly #file: string;
  #id = "";
  #departed = "";

  constructor(options: Options) {
    this.#options = options;
    this.#file = join(options.root, "backup-passphrase");
    writeFileSync(this.#file, this.passphrase, { mode: 0o600 });
  }

  /** Nobody who works notices that it is made. Afterwards access is taken back that is in it. */
  async make(clients: readonly Client[]): Promise<void> {
    const { cli, check } = this.#options;
    const guest = ["--name", DEPARTED, "--profile", "day"];
    this.#departed = created.parse(await cli("tokens", "create", ...guest)).token;
    const given = ["--passphrase-file", this.#file];
    const create = (): Promise<unknown> => cli("backup", "create", ...given);
    const { answer, failed } = await whileTheyWork(clients, CALL, ECHOED, create);
    const { id, state } = made.parse(answer);
    check("a backup is made and found whole", state === "verified", state);
    check("calls are answered meanwhile", failed === null, failed);
    this.#id = id;
    await cli("tokens", "revoke", DEPARTED);
  }

  /** A server is removed by mistake and comes back; so does the mistake, and goes again. */
  async bringBack(url: string, clients: readonly Client[]): Promise<void> {
    const { cli } = this.#options;
    await cli("servers", "remove", SERVER);
    const given = ["--passphrase-file", this.#file, "--yes"];
    await this.#replace("a restore", cli("backup", "restore", this.#id, ...given), true);
    await this.#expectAnswers("after a restore", clients);
    await this.#refuseDeparted(url);
    await this.#replace("an undo", cli("backup", "undo", "--yes"), false);
    await this.#replace("an undo of that", cli("backup", "undo", "--yes"), true);
    await this.#expectAnswers("after all that", clients);
    await this.#refuseDeparted(url);
  }

  /** Everything is replaced while the gateway runs and clients are connected. */
  async #replace(what: string, answer: Promise<unknown>, isThere: boolean): Promise<void> {
    const { cli, check } = this.#options;
    const { state } = ended.parse(await answer);
    const names = named.parse(await cli("servers", "list")).map(({ name }) => name);
    const holds = state === "done" && names.includes(SERVER) === isThere;
    check(`${what} is done, and told as done`, holds, `${state}: ${names.join(", ")}`);
  }

  async #expectAnswers(when: string, clients: readonly Client[]): Promise<void> {
    for (const client of clients) {
      const said = JSON.stringify(await client.request("tools/call", CALL));
      this.#options.check(`a client goes on ${when}`, said.includes(ECHOED), said);
    }
  }

  async #refuseDeparted(url: string): Promise<void> {
    const headers = { authorization: `Bearer ${this.#departed}` };
    const said = await new McpClient(`${url}/mcp/day`, headers)
      .initialize()
      .then(() => "let in", String);
    this.#options.check("a token that was revoked since stays revoked", said.includes("401"), said);
  }

  /** Whatever of these lies about has leaked. */
  get secrets(): string[] {
    return [this.passphrase, this.#departed];
  }
}
