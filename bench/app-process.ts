import { type ChildProcess, spawn } from "node:child_process";
import { chown, mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { asUser, type Account } from "../scripts/electron/account.ts";
import { descendants, isAlive } from "../e2e/processes.ts";
import { pause } from "./child.ts";
import { memoryOf } from "./memory.ts";

/** ms; a start that takes longer hangs. */
const START_WITHIN = 30_000;
const END_WITHIN = 10_000;
/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux that Electron runs on. */
const TICKS = 100;

const eventLine = z.object({ event: z.string() });

export interface AppStart {
  program: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Its home; kept over several starts. */
  folder: string;
  account: Account | null;
}

const running = new Set<AppProcess>();

/** Ends whatever is still running; for interrupted runs. */
export const stopApps = async (): Promise<void> => {
  await Promise.all([...running].map((app) => app.stop()));
};

const ticksOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which may hold spaces: state is field 3, utime 14 and stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
};

/** An app on a display, with what it tells of its start and what all its processes cost. */
export class AppProcess {
  readonly #child: ChildProcess;
  readonly #began: number;
  readonly #times = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();
  #errors = "";

  private constructor(child: ChildProcess, began: number) {
    this.#child = child;
    this.#began = began;
    if (!child.stdout || !child.stderr) throw new Error("no pipes");
    createInterface(child.stdout).on("line", (line) => this.#read(line));
    child.stderr.on("data", (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  static async start({ program, args, env, folder, account }: AppStart): Promise<AppProcess> {
    const runtime = join(folder, "run");
    await mkdir(runtime, { recursive: true, mode: 0o700 });
    if (account) for (const path of [folder, runtime]) await chown(path, account.uid, account.gid);
    const line = asUser(account, program, args);
    const began = performance.now();
    const child = spawn(line.program, line.args, {
      cwd: folder,
      env: { ...env, HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: runtime },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const app = new AppProcess(child, began);
    running.add(app);
    return app;
  }

  #read(line: string): void {
    if (!line.startsWith("{")) return;
    const { data } = eventLine.safeParse(JSON.parse(line));
    if (!data) return;
    this.#times.set(data.event, performance.now() - this.#began);
    this.#waiting.get(data.event)?.();
  }

  /** ms from its start until it told the event. */
  async until(event: string): Promise<number> {
    if (!this.#times.has(event)) {
      await Promise.race([
        new Promise<void>((resolve) => this.#waiting.set(event, resolve)),
        pause(START_WITHIN),
      ]);
    }
    const time = this.#times.get(event);
    if (time === undefined) throw new Error(`the app did not tell “${event}”: ${this.#errors}`);
    return time;
  }

  get #pids(): number[] {
    return this.#child.pid ? [this.#child.pid, ...descendants(this.#child.pid)] : [];
  }

  /** Of all its processes, MB (2^20). */
  async pss(): Promise<number> {
    const all = await Promise.all(this.#pids.map(async (pid) => (await memoryOf(pid)).pss));
    return all.reduce((sum, pss) => sum + pss, 0);
  }

  /** Of all its processes over so many ms, in percent of one core. */
  async cpu(ms: number): Promise<number> {
    const pids = this.#pids;
    const ticks = (): number => pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
    const [before, began] = [ticks(), performance.now()];
    await pause(ms);
    const seconds = (performance.now() - began) / 1000;
    return ((ticks() - before) / TICKS / seconds) * 100;
  }

  /** Runs an expression in its main process, which was started with `--inspect=0`. */
  async evaluate(expression: string): Promise<void> {
    const url = /^Debugger listening on (ws:\S+)$/m.exec(this.#errors)?.[1];
    if (!url) throw new Error(`the app has no debugger: ${this.#errors}`);
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    const answer = new Promise<string>((resolve) => {
      socket.addEventListener("message", ({ data }) => resolve(String(data)), { once: true });
    });
    const params = { expression, includeCommandLineAPI: true };
    socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params }));
    const text = await answer;
    socket.close();
    if (text.includes("exceptionDetails")) throw new Error(text);
  }

  async stop(): Promise<void> {
    const all = this.#pids;
    this.#child.kill("SIGTERM");
    const end = performance.now() + END_WITHIN;
    while (all.some(isAlive) && performance.now() < end) await pause(20);
    for (const pid of all) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    running.delete(this);
  }
}
