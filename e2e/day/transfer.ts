import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Client, whileTheyWork } from "./while-they-work.ts";

type Check = (what: string, holds: boolean, detail?: unknown) => void;

interface Options {
  root: string;
  cli: (...args: string[]) => Promise<unknown>;
  check: Check;
}

const named = z.array(z.looseObject({ name: z.string() }));
const exportFile = z.looseObject({ entities: z.looseObject({ tools: named, prompts: named }) });
const numbers = z.object({
  total: z.number(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  renamed: z.number(),
  failed: z.number(),
});
const planned = z.object({ applicable: z.boolean(), counts: numbers });
const imported = numbers.extend({ job: z.object({ backup: z.string().nullable() }) });
const ended = z.object({ state: z.string() });
const servers = z.array(z.object({ name: z.string(), status: z.object({ state: z.string() }) }));

/** Of our own, and changed by a colleague. */
const TOOL = "own_city";
const PROMPT = "own_tidy";
/** A server of the colleague, which nobody here has looked at. */
const STRANGER = "of-a-colleague";
const SAID = "As a colleague would have it.";
const CALL = { name: "one_echo", arguments: { message: "hi" } };
const ECHOED = "Echo: hi";

/** A file for a colleague, one from a colleague, and second thoughts about that. */
export class Transfer {
  readonly passphrase = "day-passphrase-of-an-export-91c4";
  /** Of every file that goes in or out. */
  readonly folder: string;
  readonly #options: Options;
  readonly #passphraseFile: string;

  constructor(options: Options) {
    this.#options = options;
    this.folder = join(options.root, "exports");
    mkdirSync(this.folder);
    this.#passphraseFile = join(options.root, "export-passphrase");
    writeFileSync(this.#passphraseFile, this.passphrase, { mode: 0o600 });
  }

  /** Whoever works notices nothing of it but what the colleague has changed, and that goes again. */
  async work(clients: readonly [Client, ...Client[]]): Promise<void> {
    const { cli, check } = this.#options;
    const [client] = clients;
    const before = await this.#export("before.json");
    check("the same configuration is the same file", (await this.#export("again.json")) === before);

    const file = this.#fromColleague(before);
    const { applicable, counts } = planned.parse(await cli("import", file, "--dry-run"));
    const isPlanned = applicable && counts.total === 3 && counts.updated === 2;
    check("a plan says what an import would do", isPlanned, JSON.stringify(counts));
    const { answer, failed } = await whileTheyWork(clients, CALL, ECHOED, () =>
      cli("import", file),
    );
    check("calls are answered while it is imported", failed === null, failed);
    const { job, ...done } = imported.parse(answer);
    check("and it does just that", JSON.stringify(done) === JSON.stringify(counts), done);
    check("clients are told at once", (await listed(client)).includes(SAID));
    const stranger = servers
      .parse(await cli("servers", "list"))
      .find(({ name }) => name === STRANGER);
    check("nothing starts unseen", stranger?.status.state === "unconfirmed", stranger);
    const second = imported.parse(await cli("import", file));
    check("a second import changes nothing", second.unchanged === second.total, second);

    const copies = ["--conflict-strategy", "rename", "--include", `prompts:${PROMPT}`];
    const { renamed } = imported.parse(await cli("import", file, ...copies));
    const names = named.parse(await cli("prompts", "list")).map(({ name }) => name);
    const isCopied = renamed === 1 && names.some((name) => name.startsWith(`${PROMPT}_imported_`));
    check("what is there already may stay beside it", isCopied, names);
    await this.#undo(job.backup ?? "none", clients);
    check("afterwards everything is as before", (await this.#export("after.json")) === before);
    check("for clients, too", !(await listed(client)).includes(SAID));
  }

  /** The file, but for when it was made. */
  async #export(name: string): Promise<string> {
    const file = join(this.folder, name);
    const { cli } = this.#options;
    await cli(
      "export",
      "-o",
      file,
      "--include-inactive",
      "--passphrase-file",
      this.#passphraseFile,
    );
    return readFileSync(file, "utf8").replace(/"exported_at": "[^"]*"/, '"exported_at": ""');
  }

  /** The tool without its secret, which stays; the prompt; and a command. */
  #fromColleague(exported: string): string {
    const { tools, prompts } = exportFile.parse(JSON.parse(exported)).entities;
    const changed = (all: z.output<typeof named>, wanted: string) =>
      all
        .filter(({ name }) => name === wanted)
        .map((one) => ({ ...one, description: SAID, auth_value: undefined }));
    const entities = {
      tools: changed(tools, TOOL),
      gateways: [{ name: STRANGER, transport: "STDIO", command: process.execPath, args: ["x.js"] }],
      prompts: changed(prompts, PROMPT),
    };
    const file = join(this.folder, "colleague.json");
    writeFileSync(file, JSON.stringify({ version: "2025-03-26", entities }));
    return file;
  }

  async #undo(copy: string, clients: readonly Client[]): Promise<void> {
    const { cli, check } = this.#options;
    const { state } = ended.parse(await cli("backup", "restore", copy, "--yes"));
    check("an import is undone", state === "done", state);
    for (const client of clients) {
      const said = JSON.stringify(await client.request("tools/call", CALL));
      check("a client goes on after it", said.includes(ECHOED), said);
    }
  }
}

const listed = async (client: Client): Promise<string> =>
  JSON.stringify(await client.request("prompts/list", {}));
