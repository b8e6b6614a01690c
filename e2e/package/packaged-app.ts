import { type ChildProcess, spawn } from "node:child_process";
import { chown, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { asUser } from "../../scripts/electron/account.ts";
import { environmentFor } from "../../scripts/electron/launch.ts";
import { packagedBinding, packagedExecutable } from "../../scripts/package/layout.ts";
import { testAccount } from "../desktop/account.ts";
import { descendants, isAlive } from "../processes.ts";

/** ms; longer than any start takes on a machine that is busy with other tests. */
const START = 30_000;
const END = 15_000;
const POLL = 50;

const account = await testAccount();
const runtimeFile = z.object({ url: z.url(), pid: z.number() });

/** Waits until `probe` has an answer; null and false are none. */
export const until = async <T>(
  what: string,
  within: number,
  probe: () => Promise<T | null | false> | T | null | false,
): Promise<T> => {
  const end = performance.now() + within;
  while (performance.now() < end) {
    const answer = await probe();
    if (answer !== null && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  throw new Error(`waited ${within} ms in vain for ${what}`);
};

/** A folder of the app's user; gone after the test. */
export const ownFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "lmg-package-"));
  if (account) await chown(folder, account.uid, account.gid);
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
};

export interface LaunchOptions {
  args?: string[];
  env?: Record<string, string>;
  /** As {@link ownFolder} made it; a second launch names that of the first. */
  folder?: string;
}

/** A packaged app as its users start it: no root, the real sandbox, a folder of its own. */
export class PackagedApp {
  readonly process: ChildProcess;
  readonly folder: string;
  #output = "";

  private constructor(child: ChildProcess, folder: string) {
    this.process = child;
    this.folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.#output += chunk.toString()));
    }
  }

  /** @param unpacked the folder of the package */
  static async start(unpacked: string, options: LaunchOptions = {}): Promise<PackagedApp> {
    const folder = options.folder ?? (await ownFolder());
    const runtime = join(folder, "run");
    await mkdir(runtime, { recursive: true, mode: 0o700 });
    if (account) await chown(runtime, account.uid, account.gid);
    const args = [
      "--password-store=basic",
      "--data-dir",
      join(folder, "data"),
      ...(options.args ?? []),
    ];
    const line = asUser(account, packagedExecutable(unpacked), args);
    const env = environmentFor(
      { nativeBinding: packagedBinding(unpacked) },
      {
        PATH: process.env["PATH"],
        LANG: "C.UTF-8",
        SHELL: "/bin/sh",
        DISPLAY: process.env["DISPLAY"],
        HOME: folder,
        TMPDIR: folder,
        XDG_RUNTIME_DIR: runtime,
        PORT: "0",
      },
    );
    const child = spawn(line.program, line.args, {
      cwd: folder,
      env: { ...env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const app = new PackagedApp(child, folder);
    onTestFinished(() => app.#force());
    return app;
  }

  /** Everything it wrote. */
  get output(): string {
    return this.#output;
  }

  get processes(): number[] {
    return this.process.pid ? [this.process.pid, ...descendants(this.process.pid)] : [];
  }

  /** The URL that its gateway answers at. */
  async url(): Promise<string> {
    return until(`the gateway to listen; the app wrote: ${this.#output}`, START, async () => {
      const text = await readFile(join(this.folder, "data", "runtime.json"), "utf8").catch(
        () => "",
      );
      const { success, data } = runtimeFile.safeParse(text === "" ? null : JSON.parse(text));
      return success && (await fetch(`${data.url}/health`)).ok && data.url;
    });
  }

  /** Process ids of the pages of its windows. */
  async renderers(): Promise<number[]> {
    const found: number[] = [];
    for (const pid of this.processes) {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (line.includes("--type=renderer")) found.push(pid);
    }
    return found;
  }

  /** Its exit code, once it has ended by itself. */
  async ended(): Promise<number | null> {
    await until(`the app to end; it wrote: ${this.#output}`, END, () => this.#hasEnded);
    return this.process.exitCode;
  }

  /** Asks it to end, and waits until every process of it has. */
  async stop(): Promise<number | null> {
    const all = this.processes;
    this.process.kill("SIGTERM");
    const code = await this.ended();
    await until("its processes to end", END, () => !all.some(isAlive));
    return code;
  }

  get #hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  #force(): void {
    for (const pid of this.processes) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  }
}
