import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CLI } from "../command-line.ts";
import { below, commandOf, variableOf } from "../leaks/proc.ts";
import { Program } from "./programs.ts";
import type { Stage } from "./stage.ts";
import { untilTried } from "./tried.ts";

const readyLine = z.object({ url: z.string() });
const runtimeFile = z.object({ token: z.string() });

/** The built gateway over the data directory of the run. */
export class Running {
  readonly program: Program;
  readonly url: string;
  readonly token: string;
  readonly #stage: Stage;
  readonly #events = new AbortController();
  #listening: Promise<unknown> = Promise.resolve();

  private constructor(stage: Stage, program: Program, url: string, token: string) {
    this.#stage = stage;
    this.program = program;
    this.url = url;
    this.token = token;
  }

  static async start(stage: Stage, env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const args = [CLI, "--data-dir", stage.dataDir, "serve", "--port", "0"];
    const program = new Program(stage, "serve", args, { env });
    const { url } = readyLine.parse(JSON.parse(await program.line()));
    const runtime: unknown = JSON.parse(readFileSync(join(stage.dataDir, "runtime.json"), "utf8"));
    const running = new Running(stage, program, url, runtimeFile.parse(runtime).token);
    running.#listening = Promise.all([
      running.#listen("/api/events", "the stream of events"),
      running.#listen("/api/logs/live", "the stream of debug logs"),
    ]);
    return running;
  }

  get pid(): number {
    const { pid } = this.program.child;
    if (pid === undefined) throw new Error("the gateway was not started");
    return pid;
  }

  /**
   * Asks the API; what it answers is heard, headers and all.
   *
   * @returns the body
   * @throws Error where another status was wanted
   */
  async ask(
    method: string,
    path: string,
    options: { body?: string; headers?: Record<string, string>; status?: number } = {},
  ): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        "content-type": "application/json",
        ...options.headers,
      },
      body: options.body,
    });
    const body = await response.text();
    const headers = JSON.stringify([...response.headers]);
    this.#stage.heard(`answer of ${method} ${path}`, `${headers}\n${body}`);
    if (options.status !== undefined && response.status !== options.status) {
      throw new Error(`${method} ${path} was answered with ${response.status}: ${body}`);
    }
    return body;
  }

  /** Waits until every server that is on has been started, or could not be. */
  untilTried(): Promise<void> {
    return untilTried(async () => {
      const headers = { authorization: `Bearer ${this.token}` };
      const response = await fetch(`${this.url}/api/servers`, { headers });
      return response.json();
    });
  }

  /** Takes down the command line and the environment of every process below it. */
  lookAtProcesses(ownIds: ReadonlySet<string>): number {
    const own = commandOf(this.pid);
    // A child with the gateway's own command line has yet to become another program (execve(2)).
    const children = below(this.pid).filter(({ pid }) => commandOf(pid) !== own);
    const all = [{ pid: this.pid }, ...children];
    for (const { pid } of all) {
      const server = variableOf(pid, "SERVER_NAME");
      const mayHold =
        pid === this.pid ? ownIds : (this.#stage.given.get(server ?? "") ?? new Set<string>());
      const name = server ?? (pid === this.pid ? "the gateway" : commandOf(pid).slice(0, 60));
      for (const file of ["cmdline", "environ"]) {
        try {
          const bytes = readFileSync(`/proc/${pid}/${file}`);
          this.#stage.heard(`${file} of ${name}`, bytes, mayHold);
        } catch {
          // It ended meanwhile.
        }
      }
    }
    return all.length;
  }

  /** Ends the gateway, and with it its streams. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const code = await this.program.end(signal);
    this.#events.abort();
    await this.#listening;
    return code;
  }

  async #listen(path: string, name: string): Promise<void> {
    const heard: Buffer[] = [];
    try {
      const response = await fetch(`${this.url}${path}`, {
        headers: { authorization: `Bearer ${this.token}` },
        signal: this.#events.signal,
      });
      for await (const chunk of response.body ?? []) heard.push(Buffer.from(chunk));
    } catch {
      // The gateway has ended, as the run wants it to.
    }
    this.#stage.heard(name, Buffer.concat(heard));
  }
}
