import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Serving } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import type { Stage } from "./stage.ts";

const PRELOAD = fileURLToPath(new URL("shifted-clock.ts", import.meta.url));

/** The gateway of the hour, as a process that is ended and started again, and whose clock jumps. */
export class Served {
  readonly #stage: Stage;
  readonly #clock: string;
  #serving: Serving;
  /** Until when it was last away, by performance.now(); infinite while it is. */
  #awayUntil = -1;
  #back: Promise<void> = Promise.resolve();

  private constructor(stage: Stage, clock: string, serving: Serving) {
    this.#stage = stage;
    this.#clock = clock;
    this.#serving = serving;
  }

  static async start(stage: Stage): Promise<Served> {
    const clock = join(stage.dataDir, "..", "clock");
    writeFileSync(clock, "0");
    const served = new Served(stage, clock, await serve(stage, clock, 0));
    atEnd(() => served.#serving.end("SIGTERM"));
    return served;
  }

  get url(): string {
    return this.#serving.url;
  }

  /** Whether it was away at any time since then. */
  wasAwaySince(moment: number): boolean {
    return this.#awayUntil > moment;
  }

  /** Resolves while it is there, and once it is there again. */
  isBack(): Promise<void> {
    return this.#back;
  }

  setClock(offsetMs: number): void {
    writeFileSync(this.#clock, String(offsetMs));
  }

  restart(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#awayUntil = Infinity;
    this.#back = this.#endAndStart(signal);
    return this.#back;
  }

  async #endAndStart(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { port } = this.#serving;
    await this.#serving.end(signal);
    this.#serving = await serve(this.#stage, this.#clock, port);
    this.#awayUntil = performance.now();
  }
}

const serve = ({ dataDir, env }: Stage, clock: string, port: number): Promise<Serving> =>
  Serving.start(
    dataDir,
    { ...env, SHIFTED_CLOCK: clock, NODE_OPTIONS: `--import ${PRELOAD}` },
    { port },
  );
