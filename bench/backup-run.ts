import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BackupApi } from "../e2e/backup/backup-api.ts";
import { CLI, pause } from "../e2e/command-line.ts";
import { secretOf } from "./backup-data.ts";
import type { Felt } from "./backup-probe.ts";
import type { Ran, Timed } from "./backup-report.ts";

const PROBE = fileURLToPath(new URL("backup-probe.ts", import.meta.url));
const PASSPHRASE = "correct horse battery staple";
const POLL_MS = 20;
const AT_REST_MS = 2000;

/** A gateway that serves as users run it, with a probe in it. */
class Measured {
  readonly #child: ChildProcess;
  readonly api: BackupApi;

  private constructor(child: ChildProcess, dataDir: string) {
    this.#child = child;
    this.api = new BackupApi(dataDir);
  }

  static async start(dataDir: string): Promise<Measured> {
    const args = ["--import", PROBE, CLI, "serve", "--port", "0", "--data-dir", dataDir];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env["PATH"], HOME: dataDir, AUTH_ENCRYPTION_SECRET: secretOf(dataDir) },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    if (!child.stdout) throw new Error("it has no output");
    // The ready line; one that ends before it is told by the end of its output.
    const lines = createInterface(child.stdout);
    await Promise.race([once(lines, "line"), once(child, "exit")]);
    return new Measured(child, dataDir);
  }

  begin(): void {
    this.#child.send("begin");
    // https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html: its peak begins anew.
    writeFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
  }

  async end(): Promise<Felt & { rssPeak: number }> {
    const answer = once(this.#child, "message");
    this.#child.send("end");
    const [felt]: Felt[] = await answer;
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    if (!felt) throw new Error("the probe has said nothing");
    return { ...felt, rssPeak: kilobytes / 1024 };
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

/** Begins a job and waits for its end; phases as far as they were seen. */
const timed = async (gateway: Measured, begin: () => Promise<unknown>): Promise<Timed> => {
  const before = await gateway.api.job();
  const phases: Record<string, number> = {};
  gateway.begin();
  const began = performance.now();
  const beginning = begin();
  let seen = began;
  for (;;) {
    await pause(POLL_MS);
    const job = await gateway.api.job();
    const isThis = job !== null && job.id !== before?.id;
    const now = performance.now();
    const phase = isThis && job.state === "running" ? job.phase : "other";
    phases[phase] = (phases[phase] ?? 0) + now - seen;
    seen = now;
    if (isThis && job.state === "failed") throw new Error(job.problem?.message);
    if (isThis && job.state === "done") break;
  }
  await beginning;
  const ms = performance.now() - began;
  return { ms, phases, ...(await gateway.end()) };
};

/** One backup, and it is restored. */
export const measureBackup = async (dataDir: string): Promise<Ran> => {
  const gateway = await Measured.start(dataDir);
  try {
    gateway.begin();
    await pause(AT_REST_MS);
    const atRest = await gateway.end();
    const backup = await timed(gateway, () => gateway.api.create(PASSPHRASE));
    const [made] = await gateway.api.list();
    if (!made) throw new Error("there is no backup");
    const restore = await timed(gateway, () => gateway.api.restore(made.id, PASSPHRASE));
    return { bytes: made.bytes, atRest, backup, restore };
  } finally {
    await gateway.close();
  }
};
