import { randomUUID } from "node:crypto";
import { type BackupJob, type BackupPhase, GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { problemOf } from "../problem.ts";

type JobKind = BackupJob["kind"];

/** What the work of a job is given. */
export interface JobControl {
  signal: AbortSignal;
  onProgress: (phase: BackupPhase, progress: number | null) => void;
  /** From here on nobody can cancel. @throws GatewayError backup_cancelled where somebody just did */
  commit: () => void;
  /** What is to be said when it is done, as a sentence. */
  note: (sentence: string) => void;
}

interface Running {
  job: BackupJob;
  abort: AbortController;
  done: Promise<unknown>;
}

/** How many jobs of a kind ended in a way, since the start. */
export interface JobCount {
  kind: JobKind;
  outcome: BackupJob["state"];
  count: number;
}

/** Backups and restores, one at a time. Outlives the restore of the gateway it belongs to. */
export class Jobs {
  readonly #onChange: () => void;
  readonly #log: Log;
  #running: Running | null = null;
  #last: BackupJob | null = null;
  readonly #counts = new Map<string, JobCount>();
  #closed = false;

  constructor(options: { onChange: () => void; log: Log }) {
    this.#onChange = options.onChange;
    this.#log = options.log;
  }

  /** The job under way, or how the last one went. */
  get current(): BackupJob | null {
    return this.#running?.job ?? this.#last;
  }

  get counts(): readonly JobCount[] {
    return [...this.#counts.values()];
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /**
   * Begins a job.
   *
   * @returns how it was begun, and what comes of it
   * @throws GatewayError backup_busy, shutting_down
   */
  start<T>(
    kind: JobKind,
    firstPhase: BackupPhase,
    work: (control: JobControl) => Promise<T>,
  ): { job: BackupJob; done: Promise<T> } {
    if (this.#closed) throw new GatewayError("shutting_down");
    if (this.#running) throw new GatewayError("backup_busy");
    const abort = new AbortController();
    const job: BackupJob = {
      id: randomUUID(),
      kind,
      state: "running",
      phase: firstPhase,
      progress: null,
      cancellable: true,
      problem: null,
      notes: [],
    };
    const running: Running = { job, abort, done: Promise.resolve() };
    this.#running = running;
    const change = (changes: Partial<BackupJob>): void => {
      running.job = { ...running.job, ...changes };
      this.#onChange();
    };
    const done = this.#carryOut(running, change, () =>
      work({
        signal: abort.signal,
        onProgress: (phase, progress) => change({ phase, progress }),
        commit: () => {
          abort.signal.throwIfAborted();
          change({ cancellable: false });
        },
        note: (sentence) => change({ notes: [...running.job.notes, sentence] }),
      }),
    );
    running.done = done;
    // Whoever waits is told; the state of the job tells all others.
    done.catch(() => {});
    this.#onChange();
    return { job, done };
  }

  /** @throws GatewayError backup_not_cancellable, also where nothing is under way */
  cancel(): void {
    if (!this.#running?.job.cancellable) throw new GatewayError("backup_not_cancellable");
    this.#running.abort.abort(new GatewayError("backup_cancelled"));
  }

  /** Cancels what can be cancelled, and waits for what cannot. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running;
    if (running === null) return;
    if (running.job.cancellable) running.abort.abort(new GatewayError("shutting_down"));
    await running.done.catch(() => {});
  }

  async #carryOut<T>(
    running: Running,
    change: (changes: Partial<BackupJob>) => void,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      const result = await work();
      change({ state: "done", cancellable: false, progress: null });
      return result;
    } catch (thrown) {
      const error = this.#known(running, thrown);
      const state = error.code === "backup_cancelled" ? "cancelled" : "failed";
      change({ state, cancellable: false, progress: null, problem: problemOf(error) });
      throw error;
    } finally {
      this.#last = running.job;
      this.#count(running.job);
      this.#running = null;
      this.#onChange();
    }
  }

  #count({ kind, state: outcome }: BackupJob): void {
    const key = `${kind} ${outcome}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { kind, outcome, count });
  }

  #known({ abort, job }: Running, thrown: unknown): GatewayError {
    if (abort.signal.reason instanceof GatewayError) return abort.signal.reason;
    if (thrown instanceof GatewayError) return thrown;
    this.#log.error("a backup or restore failed", {
      kind: job.kind,
      phase: job.phase,
      error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
    return new GatewayError("internal");
  }
}
