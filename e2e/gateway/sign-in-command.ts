import { once } from "node:events";
import { PassThrough } from "node:stream";
import { type Io, run } from "@local-mcp/cli";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway, until } from "./test-gateway.ts";

interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  /** A person sits at a terminal. */
  terminal?: boolean;
}

/** A command line that runs, with a person who reads what it says and types. */
export class Command {
  out = "";
  err = "";
  readonly exit: Promise<number>;
  readonly #stdin: Io["stdin"] & PassThrough = new PassThrough();
  readonly #stderr: Io["stderr"] & PassThrough = new PassThrough();
  readonly #stop = new AbortController();

  constructor(words: string[], dataDir: string, { env, terminal = false }: CommandOptions = {}) {
    const stdout = new PassThrough();
    this.#stdin.isTTY = this.#stderr.isTTY = terminal;
    stdout.on("data", (chunk: Buffer) => (this.out += chunk.toString("utf8")));
    this.#stderr.on("data", (chunk: Buffer) => (this.err += chunk.toString("utf8")));
    this.exit = run(["--data-dir", dataDir, ...words], {
      stdin: this.#stdin,
      stdout,
      stderr: this.#stderr,
      env: { PATH: process.env.PATH, AUTH_ENCRYPTION_SECRET: SECRET, ...env },
      cwd: dataDir,
      signal: this.#stop.signal,
    });
  }

  /** What a person reads, once it is there. */
  async reads(what: RegExp): Promise<string> {
    for (;;) {
      const found = what.exec(this.err);
      if (found) return found[1] ?? found[0];
      const ended = await Promise.race([this.exit, once(this.#stderr, "data")]);
      if (typeof ended === "number" && !what.test(this.err)) {
        throw new Error(`ended with ${ended} and without ${what}: ${this.out}${this.err}`);
      }
    }
  }

  /** The page that it asks to visit. */
  page(): Promise<string> {
    return this.reads(/(https?:\/\/\S+)\n/);
  }

  type(text: string): void {
    this.#stdin.write(text);
  }

  /** Nothing more is typed or piped in. */
  endInput(): void {
    this.#stdin.end();
  }

  /** As by SIGINT. */
  interrupt(): void {
    this.#stop.abort();
  }
}

/** What opens the vault of these tests. */
export const SECRET = "a secret of the tests, long enough";

/** An authorization server, and a server that wants its tokens. */
export const startUpstream = async (
  options: Parameters<typeof startAuthorizationServer>[0] = {},
  { metadata }: Pick<Parameters<typeof startProtectedServer>[0], "metadata"> = {},
) => {
  const authorizationServer = await startAuthorizationServer(options);
  afterTest(() => authorizationServer.close());
  const server = await startProtectedServer({ trusts: authorizationServer, metadata });
  afterTest(() => server.close());
  return { authorizationServer, server };
};

/** A gateway that serves, and a server behind it to which nobody has signed in. */
export const serveUpstream = async (options: Parameters<typeof startUpstream>[0] = {}) => {
  const upstream = await startUpstream(options);
  const started = await startGateway({ env: { AUTH_ENCRYPTION_SECRET: SECRET } });
  const { api, gateway, dataDir } = started;
  await gateway.listen();
  await api.servers.create({
    name: "far",
    config: { transport: "http", url: upstream.server.url },
    confirmed: true,
  });
  const status = async () => (await api.servers.get({ server: "far" })).status;
  await until(status, ({ state }) => state === "needs_sign_in");
  const command = (words: string[], how?: CommandOptions) => new Command(words, dataDir, how);
  return { ...started, ...upstream, status, command };
};
