import { GatewayError } from "@local-mcp/contract";
import type { CallRow } from "./call-row.ts";
import type { MetricsThread } from "./worker-client.ts";

/** A crash loses what came since, ms. */
const TOGETHER_MS = 1000;
const MAX_TOGETHER = 1000;
/** Rows that wait for the disk; further ones are dropped, since calls are never to wait for it. */
const MAX_WAITING = 50_000;

export interface RecorderOptions {
  worker: MetricsThread;
  /** {@link Recorder.problem} has come or gone. */
  onProblem(): void;
}

/** Hands calls on to the thread that stores them, some at a time. */
export class Recorder {
  readonly #options: RecorderOptions;
  #rows: CallRow[] = [];
  #waiting = 0;
  #dropped = 0;
  #problem: GatewayError | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** How many calls could not be counted since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why calls are not counted at the moment. */
  get problem(): GatewayError | null {
    return this.#problem;
  }

  add(row: CallRow): void {
    if (this.#waiting + this.#rows.length >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#rows.push(row);
    if (this.#rows.length >= MAX_TOGETHER) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), TOGETHER_MS).unref();
  }

  /** Sends what there is; what is asked of the thread after it is answered with it. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    this.#waiting += rows.length;
    void this.#store(rows);
  }

  async #store(rows: CallRow[]): Promise<void> {
    try {
      await this.#options.worker.ask("record", rows);
      this.#tell(null);
    } catch (error) {
      this.#dropped += rows.length;
      this.#tell(error instanceof GatewayError ? error : new GatewayError("internal"));
    } finally {
      this.#waiting -= rows.length;
    }
  }

  #tell(problem: GatewayError | null): void {
    const before = this.#problem;
    this.#problem = problem;
    if (before?.message !== problem?.message) this.#options.onProblem();
  }
}
