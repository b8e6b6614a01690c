import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Io } from "./io.ts";
import { run } from "./program.ts";

/** What a command line came to. */
export interface Ran {
  exit: number;
  out: string;
  err: string;
}

/** A stdio server that works, as the words that start it. */
export const FIXTURE = [
  process.execPath,
  fileURLToPath(new URL("../../../e2e/fixtures/stdio-server.mjs", import.meta.url)),
];

interface How {
  env?: NodeJS.ProcessEnv;
  /** What is typed or piped into the command. */
  input?: string;
  /** There is a person at a terminal, who types `input`. */
  terminal?: boolean;
  signal?: AbortSignal;
  /** Called with what was written so far. */
  onOutput?: (ran: Ran) => void;
}

/** A directory of its own, and command lines that work on it. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), "local-mcp-cli-"));
  readonly dataDir = join(this.directory, "data");

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  write(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** Runs a command line on this directory. */
  async run(words: string[], how: How = {}): Promise<Ran> {
    const ran = { exit: 0, out: "", err: "" };
    const stdin: Io["stdin"] =
      how.terminal === true ? new PassThrough() : Readable.from([Buffer.from(how.input ?? "")]);
    const stdout: Io["stdout"] = new PassThrough();
    const stderr: Io["stderr"] = new PassThrough();
    if (how.terminal === true) stdin.isTTY = stderr.isTTY = true;
    stdout.on("data", (chunk: Buffer) => {
      ran.out += chunk.toString("utf8");
      how.onOutput?.(ran);
    });
    const answers = (how.input ?? "").split("\n");
    stderr.on("data", (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      ran.err += text;
      how.onOutput?.(ran);
      // A question ends without a line end; the next line is typed when it stands there.
      if (stdin instanceof PassThrough && /[:\]] $/.test(text)) {
        stdin.write(`${answers.shift() ?? ""}\n`);
      }
    });
    ran.exit = await run(["--data-dir", this.dataDir, ...words], {
      stdin,
      stdout,
      stderr,
      env: { PATH: process.env["PATH"], ...how.env },
      cwd: this.directory,
      signal: how.signal ?? new AbortController().signal,
    });
    return ran;
  }

  /** The same with --json, and its document. */
  async json(words: string[], how: How = {}): Promise<unknown> {
    const dashes = words.indexOf("--");
    const at = dashes === -1 ? words.length : dashes;
    const ran = await this.run([...words.slice(0, at), "--json", ...words.slice(at)], how);
    if (ran.out === "") throw new Error(ran.err);
    return JSON.parse(ran.out);
  }

  /** Serves this directory until the function it resolves with is called. */
  async serve(
    words: string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ url: string; stop: () => Promise<Ran> }> {
    const stopping = new AbortController();
    let ended: Promise<Ran> | null = null;
    const out = await new Promise<string>((resolve, reject) => {
      ended = this.run(["serve", "--port", "0", ...words], {
        env,
        signal: stopping.signal,
        // The last thing it says.
        onOutput: ({ out, err }) => {
          if (err.includes("They need a token")) resolve(out);
        },
      });
      ended.then((ran) => reject(new Error(ran.err)), reject);
    });
    const { url } = JSON.parse(out);
    return {
      url: String(url),
      stop: async () => {
        stopping.abort();
        if (ended === null) throw new Error("nothing was started");
        return ended;
      },
    };
  }
}
