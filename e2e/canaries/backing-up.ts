import { readFileSync } from "node:fs";
import { z } from "zod";
import { CLI } from "../command-line.ts";
import { untilStep } from "../crash/aims.ts";
import type { Form } from "../leaks/section.ts";
import { Program } from "./programs.ts";
import { Running } from "./running.ts";
import type { Sample } from "./samples.ts";
import { until } from "./sign-ins.ts";
import type { Stage } from "./stage.ts";

const job = z.object({
  id: z.string(),
  state: z.string(),
  phase: z.string(),
  problem: z.unknown(),
});
const jobAnswer = z.object({ job: job.nullable() });
export const backup = z.object({ id: z.string(), kind: z.string() });
const backupsAnswer = z.object({ backups: z.array(backup) });

/** Backups and restores of one gateway after the other over the directory of a run. */
export class Backups {
  readonly stage: Stage;
  /** Whether what is much like something else is done too. */
  readonly isFull: boolean;
  readonly #env: NodeJS.ProcessEnv;
  #running: Running | null = null;

  constructor(stage: Stage, env: NodeJS.ProcessEnv, form: Form) {
    this.stage = stage;
    this.isFull = form === "full";
    this.#env = env;
  }

  get running(): Running {
    if (this.#running === null) throw new Error("no gateway runs");
    return this.#running;
  }

  async start(): Promise<void> {
    this.#running = await Running.start(this.stage, this.#env);
    await this.running.untilTried();
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.running.end(signal);
  }

  /** A passphrase of the run, as long as one has to be. */
  passphrase(plant: string): Sample {
    for (;;) {
      const sample = this.stage.samples.next("line");
      if (sample.value.length < 12 || sample.value.length > 500) continue;
      this.stage.samples.planted(plant, [sample]);
      return sample;
    }
  }

  post(path: string, body: object, status?: number): Promise<string> {
    const options = { body: JSON.stringify(body), status };
    return this.running.ask("POST", `/api/backups${path}`, options);
  }

  /** Undefined while nobody answers. */
  async job(): Promise<z.infer<typeof job> | null | undefined> {
    try {
      const answer: unknown = JSON.parse(await this.running.ask("GET", "/api/backups/job"));
      return jobAnswer.parse(answer).job;
    } catch {
      // It is being restored, or was killed.
      return undefined;
    }
  }

  /** @throws Error where it ends in another way */
  async untilOver(wanted: "done" | "failed"): Promise<void> {
    let found: string | undefined;
    await until("the end of a job", async () => {
      found = (await this.job())?.state;
      return found !== undefined && found !== "running";
    });
    if (found !== wanted) throw new Error(`a job ended as ${found}, not as ${wanted}`);
  }

  async list(): Promise<z.infer<typeof backup>[]> {
    const answer: unknown = JSON.parse(await this.running.ask("GET", "/api/backups"));
    return backupsAnswer.parse(answer).backups;
  }

  /**
   * A command on the directory of the run, or on another one.
   *
   * @param name without what is only a path
   * @throws Error where it ends with another code
   */
  async command(
    name: string,
    options: string[],
    { env, stdin, code = 0, dataDir = this.stage.dataDir }: CommandOptions = {},
  ): Promise<string> {
    const args = [CLI, "--data-dir", dataDir, ...name.split(" "), ...options];
    const program = new Program(this.stage, name, args, { env, stdin });
    const cmdline = readFileSync(`/proc/${program.child.pid}/cmdline`);
    this.stage.heard(`cmdline of ${name}`, cmdline);
    const ended = await program.ended();
    if (ended === code) return program.text("stdout");
    throw new Error(`${name} ended with ${ended}: ${program.text("stderr")}`);
  }

  /** Has a gateway killed while it does what it is asked for. @returns where it was */
  async killAt(
    operation: "create" | "restore",
    step: string,
    path: string,
    { value }: Sample,
  ): Promise<string> {
    const last = (await this.job())?.id;
    const asked = this.post(path, { passphrase: value });
    // Whoever is killed does not answer.
    asked.catch(() => {});
    const aim = { face: "serve", operation, step } as const;
    const { step: reached } = await untilStep(aim, this.stage.dataDir, async () => {
      const found = await this.job();
      return found?.id === last ? null : found;
    });
    await this.end("SIGKILL");
    await Promise.allSettled([asked]);
    this.stage.readFiles(`killed at ${reached} of a ${operation}`);
    await this.start();
    this.stage.readFiles(`started after ${reached} of a ${operation}`);
    return `${operation}: ${reached}`;
  }
}

interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  stdin?: string;
  /** That it has to end with. */
  code?: number;
  dataDir?: string;
}
