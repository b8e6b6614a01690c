import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { ProgramView } from "@local-mcp/contract";
import { ProcessGroup } from "@local-mcp/engine";
import { findCommands } from "../servers/probe.ts";

/** Programs that servers are commonly started with. */
const PROGRAMS = ["node", "npx", "uvx", "python3", "docker"];
const VERSION_MS = 5000;
const END_MS = 500;
/** How long an ended program's last output may still arrive, ms. */
const LAST_OUTPUT_MS = 200;
const MAX_OUTPUT = 10_000;
const VERSION = /\d+(?:\.\d+)+[\w.+-]*/;

/** What a process is started with. */
export type Variables = Readonly<Record<string, string>>;

/** Finds programs as a server's start would, and asks each once for its version. */
export class Programs {
  readonly #versions = new Map<string, Promise<string | null>>();
  /** Those that run, also such as nobody waits for any more. */
  readonly #running = new Set<Promise<string | null>>();
  readonly #closed = new AbortController();

  /** Runs the programs that were found with `--version`. */
  list(env: Variables): Promise<ProgramView[]> {
    return Promise.all(
      PROGRAMS.map(async (name) => {
        const [path = null, ...others] = distinct(findCommands(name, env, null));
        const version = path === null ? null : await this.#version(path, env);
        return { name, path, version, others };
      }),
    );
  }

  /** They may have been replaced. */
  forget(): void {
    this.#versions.clear();
  }

  /** Ends those that are being asked. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.allSettled(this.#running);
  }

  #version(path: string, env: Variables): Promise<string | null> {
    const known = this.#versions.get(path);
    if (known) return known;
    const asked = askVersion(path, env, this.#closed.signal);
    this.#running.add(asked);
    const ended = () => void this.#running.delete(asked);
    asked.then(ended, ended);
    this.#versions.set(path, asked);
    return asked;
  }
}

/** Where two folders of PATH are one, as /bin and /usr/bin often are, a file is meant once. */
const distinct = (paths: string[]): string[] => {
  const folders = new Set<string>();
  return paths.filter((path) => {
    const folder = realpathSync(dirname(path));
    if (folders.has(folder)) return false;
    folders.add(folder);
    return true;
  });
};

/** Null where it says none in time. Nothing that it started stays. */
async function askVersion(
  path: string,
  env: Variables,
  closed: AbortSignal,
): Promise<string | null> {
  const isWindows = process.platform === "win32";
  // What is no program by itself there would need a shell.
  if (closed.aborted || (isWindows && !/\.exe$/i.test(path))) return null;
  const child = spawn(path, ["--version"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
    detached: !isWindows,
    windowsHide: true,
  });
  const group = new ProcessGroup(child);
  let output = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(0, MAX_OUTPUT);
    });
    child.once("error", () => resolve());
    child.once("close", () => resolve());
    child.once("exit", () => setTimeout(resolve, LAST_OUTPUT_MS));
    const enough = AbortSignal.any([closed, AbortSignal.timeout(VERSION_MS)]);
    enough.addEventListener("abort", () => resolve());
  });
  child.stdout.destroy();
  await group.stop({ afterEof: 0, afterTerm: END_MS });
  return VERSION.exec(output)?.[0] ?? null;
}
