import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

type Check = (what: string, holds: boolean, detail?: unknown) => void;

/** A client of the profile `day`. */
interface Client {
  request(method: string, params: Record<string, unknown>): Promise<unknown>;
}

interface Options {
  root: string;
  /** The variable that has the API's token, and the token. */
  token: { variable: string; value: string };
  cli: (...args: string[]) => Promise<unknown>;
  check: Check;
}

const totals = z.object({ totals: z.object({ calls: z.number(), errors: z.number() }) });

const FIRST = "Tidy up {{ what }}.";
const SECOND = "# User:\nTidy up {{ what }}.\n# Assistant:\nGladly.";
/** Every call of `work`: the tool, the prompt, the resource. */
const CALLS = 3;

/**
 * What the gateway offers itself beside its servers: an API as a tool, a prompt, a file in a folder
 * that servers are told to work in. A person changes it while clients use it.
 */
export class Catalogue {
  readonly #options: Options;
  readonly #api: Server;
  readonly #note: string;
  readonly #template: string;
  #said = "first";
  #messages = 1;
  #worked = 0;

  private constructor(options: Options, api: Server) {
    this.#options = options;
    this.#api = api;
    this.#note = join(options.root, "notes", "today.md");
    this.#template = join(options.root, "tidy.jinja");
  }

  static async prepare(options: Options): Promise<Catalogue> {
    const api = createServer((request, response) => {
      const known = request.headers.authorization === `Bearer ${options.token.value}`;
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify({ path: request.url, known }));
    });
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    const own = new Catalogue(options, api);
    await own.#setUp();
    return own;
  }

  async #setUp(): Promise<void> {
    const { cli, token } = this.#options;
    const folder = join(this.#options.root, "notes");
    mkdirSync(folder);
    writeFileSync(this.#note, this.#said);
    writeFileSync(this.#template, FIRST);
    const address = this.#api.address();
    const port = typeof address === "object" ? address?.port : 0;
    const uri = pathToFileURL(folder).href;
    const joins = ["--profile", "day"];
    const reach = ["--allow-private-network", "--bearer-env", token.variable];
    const url = ["--url", `http://127.0.0.1:${port}/cities/{city}`];
    await cli("tools", "add", "own_city", ...url, ...reach, ...joins);
    await cli("prompts", "add", "own_tidy", "--template", this.#template, ...joins);
    await cli("roots", "add", uri);
    const file = ["--root", uri, "--path", "today.md"];
    await cli("resources", "add", "own://today", ...file, ...joins);
  }

  /** Each of them is asked for as a server's would be. */
  async work(client: Client): Promise<void> {
    const { check, token } = this.#options;
    const city = { name: "own_city", arguments: { city: "a/b" } };
    const called = JSON.stringify(await client.request("tools/call", city));
    const reached = called.includes("/cities/a%2Fb") && called.includes("true");
    check("an API is called with its secret", reached, called);
    check("and does not say it", !called.includes(token.value), called);
    const prompt = { name: "own_tidy", arguments: { what: "the desk" } };
    const { messages } = z
      .object({ messages: z.array(z.unknown()) })
      .parse(await client.request("prompts/get", prompt));
    check("a prompt is as it was last written", messages.length === this.#messages, messages);
    const read = JSON.stringify(await client.request("resources/read", { uri: "own://today" }));
    check("a file is as it was last saved", read.includes(this.#said), read);
    this.#worked += 1;
  }

  /** A person changes the prompt and the file, and nobody has to connect anew. */
  async change(client: Client): Promise<void> {
    const { cli } = this.#options;
    this.#said = "second";
    this.#messages = 2;
    writeFileSync(this.#note, this.#said);
    writeFileSync(this.#template, SECOND);
    await cli("prompts", "edit", "own_tidy", "--template", this.#template);
    await this.work(client);
  }

  /** The backup of this morning is back: the prompt as it was then, the file as it is on the disk. */
  wentBack(): void {
    this.#messages = 1;
  }

  /** Every call of the day is counted, but for those of the second in which the gateway was killed. */
  async counted(): Promise<void> {
    const { cli, check } = this.#options;
    const { totals: own } = totals.parse(await cli("metrics", "show", "--server", "(local)"));
    const made = this.#worked * CALLS;
    const holds = own.calls <= made && own.calls >= made - CALLS && own.errors === 0;
    check("calls of it are counted", holds, `${JSON.stringify(own)} of ${made}`);
  }

  async close(): Promise<void> {
    this.#api.closeAllConnections();
    await new Promise((resolve) => this.#api.close(resolve));
  }
}
