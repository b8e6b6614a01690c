import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { createDb, type Db, type DbOptions } from "./db.ts";
import type { StoredServerConfig } from "./schema/servers.ts";

/** A directory of its own for each test of the file. */
export const useTempDir = (): ((...parts: string[]) => string) => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "lmg-database-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  return (...parts) => join(dir, ...parts);
};

/** An empty database for each test of the file. */
export const useDb = (path: () => string, options: DbOptions = {}): (() => Db) => {
  let db: Db;
  beforeEach(() => {
    db = createDb({ path: path(), ...options });
  });
  afterEach(() => db.close());
  return () => db;
};

export const echoConfig: StoredServerConfig = {
  transport: "stdio",
  command: "echo",
  args: [],
  cwd: null,
  env: {},
  secrets: {},
};

/** The error that `run` throws, or a failure where it throws none. */
export const errorOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("It threw nothing.");
};

/**
 * Another process, and the lines it prints. `code` is a module in which `load("./file.ts")` imports
 * a file of this folder.
 */
export class OtherProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #wake: () => void = () => {};

  constructor(code: string) {
    const load = `const load = (file) => import(new URL(file, ${JSON.stringify(import.meta.url)}));`;
    this.#child = spawn(process.execPath, ["--input-type=module", "-e", `${load}\n${code}`], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let rest = "";
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      const parts = `${rest}${chunk.toString()}`.split("\n");
      rest = parts.pop() ?? "";
      this.#lines.push(...parts);
      this.#wake();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    while (this.#lines.length === 0) {
      // oxlint-disable-next-line promise/avoid-new -- an event that has no promise
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift() ?? "";
  }

  /** Ends it at once, as a crash or `kill -9` does. */
  async kill(): Promise<void> {
    const ended = once(this.#child, "exit");
    if (this.#child.kill("SIGKILL")) await ended;
  }
}
