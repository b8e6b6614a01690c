import { randomUUID } from "node:crypto";
import { GatewayError, type ImportJob, NO_IMPORT_COUNTS } from "@local-mcp/contract";
import type { ImportJobInsert, ImportJobRow } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import { problemOf } from "../problem.ts";
import type { Stores } from "../stores.ts";

/** Imports that are over and kept. */
const KEPT = 200;
/** Sentences that one job keeps of a kind. */
const MOST_SENTENCES = 1000;
/** More often nobody is told how far it is, ms. */
const TELL_EVERY_MS = 100;

export interface ImportJobsOptions {
  store: Stores["importJobs"];
  /** Whether the backup of what was there before still is. */
  isKept: (backup: string) => boolean;
  /** A job has changed. */
  onChange: () => void;
  /** ms since 1970. */
  now: () => number;
  log: Log;
}

/** What a job is about, which is known before the file is read. */
export type ImportAbout = Pick<ImportJob, "name" | "strategy" | "fileDigest">;

/** What the work of an import is given. */
export interface ImportControl {
  signal: AbortSignal;
  /** How far it is, and what is known by now. */
  tell: (
    news: Partial<Pick<ImportJob, "phase" | "processed" | "counts" | "errors" | "warnings">>,
  ) => void;
  /** From here on nobody can cancel. @throws GatewayError import_cancelled where somebody just did */
  commit: () => void;
  /** It is done. In the transaction of what it imports, so that both are there or neither. */
  complete: (backup: string | null) => void;
}

interface Running {
  job: ImportJob;
  abort: AbortController;
  done: Promise<unknown>;
}

/** Imports, one at a time, and what became of them. What is over is in the database. */
export class ImportJobs {
  readonly #options: ImportJobsOptions;
  readonly #outcomes = new Map<string, number>();
  #running: Running | null = null;
  #closed = false;
  #toldAt = -Infinity;
  #telling: NodeJS.Timeout | null = null;

  /** Those that a gateway left behind that ended in their midst have failed. */
  constructor(options: ImportJobsOptions) {
    this.#options = options;
    for (const row of options.store.running()) {
      const problem = problemOf(new GatewayError("import_interrupted"));
      const errors = [...row.errors, problem.message];
      const completedAt = options.now();
      options.store.update(row.id, { status: "failed", problem, errors, completedAt });
    }
  }

  /** How many ended in which way, since the start. */
  get outcomes(): ReadonlyMap<string, number> {
    return this.#outcomes;
  }

  /** Newest first. */
  list(): ImportJob[] {
    return this.#options.store.list().map((row) => this.#jobOf(row));
  }

  /** @throws GatewayError import_not_found */
  get(id: string): ImportJob {
    const row = this.#options.store.get(id);
    if (row === undefined) throw new GatewayError("import_not_found", { job: id.slice(0, 100) });
    return this.#jobOf(row);
  }

  /** @throws GatewayError import_not_found, import_not_cancellable */
  cancel(id: string): void {
    const { cancellable } = this.get(id);
    if (!cancellable) throw new GatewayError("import_not_cancellable");
    this.#running?.abort.abort(new GatewayError("import_cancelled"));
  }

  /** Forgets those that ended so long ago. @returns how many were forgotten */
  cleanup(olderThanMs: number): number {
    const removed = this.#options.store.deleteEnded(this.#options.now() - olderThanMs);
    this.#tellNow();
    return removed;
  }

  /**
   * Carries out an import as a job. What it throws is in the job as well.
   *
   * @throws GatewayError import_busy, shutting_down
   */
  async run<T>(
    about: ImportAbout,
    work: (control: ImportControl) => Promise<T>,
  ): Promise<{ job: ImportJob; result: T }> {
    if (this.#closed) throw new GatewayError("shutting_down");
    if (this.#running) throw new GatewayError("import_busy");
    const job: ImportJob = {
      ...about,
      id: randomUUID(),
      state: "running",
      phase: "read",
      counts: NO_IMPORT_COUNTS,
      processed: 0,
      cancellable: true,
      errors: [],
      warnings: [],
      problem: null,
      startedAt: this.#options.now(),
      completedAt: null,
      backup: null,
    };
    this.#options.store.keepNewest(KEPT);
    this.#options.store.insert({ ...rowOf(job), id: job.id, createdAt: job.startedAt });
    const running: Running = { job, abort: new AbortController(), done: Promise.resolve() };
    this.#running = running;
    this.#tellNow();
    const done = this.#carryOut(running, work);
    running.done = done.catch(() => {});
    const result = await done;
    return { job: running.job, result };
  }

  /** Cancels what can be cancelled, and waits for what cannot. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running;
    if (running?.job.cancellable) running.abort.abort(new GatewayError("shutting_down"));
    await running?.done;
    if (this.#telling) clearTimeout(this.#telling);
  }

  async #carryOut<T>(running: Running, work: (control: ImportControl) => Promise<T>): Promise<T> {
    const { signal } = running.abort;
    const change = (changes: Partial<ImportJob>): void => {
      running.job = { ...running.job, ...changes };
    };
    try {
      return await work({
        signal,
        tell: (news) => {
          change(news);
          this.#tell();
        },
        commit: () => {
          signal.throwIfAborted();
          change({ cancellable: false });
        },
        complete: (backup) => {
          const ended = { state: "completed", cancellable: false, backup } as const;
          const { total } = running.job.counts;
          change({ ...ended, processed: total, completedAt: this.#options.now() });
          this.#options.store.update(running.job.id, rowOf(running.job));
        },
      });
    } catch (thrown) {
      const error = this.#known(running, thrown);
      const state = error.code === "import_cancelled" ? "cancelled" : "failed";
      const errors = running.job.errors.length > 0 ? running.job.errors : [error.message];
      const completedAt = this.#options.now();
      const ended = { state, cancellable: false, completedAt, errors, backup: null } as const;
      const { total } = running.job.counts;
      // What was planned is not what was done.
      const counts = { ...NO_IMPORT_COUNTS, total, failed: total };
      change({ ...ended, counts, processed: total, problem: problemOf(error) });
      this.#keep(running.job);
      throw error;
    } finally {
      const { state } = running.job;
      this.#outcomes.set(state, (this.#outcomes.get(state) ?? 0) + 1);
      this.#running = null;
      this.#tellNow();
    }
  }

  /** Nothing that was imported depends on it. */
  #keep(job: ImportJob): void {
    const { store, log } = this.#options;
    try {
      store.update(job.id, rowOf(job));
    } catch (error) {
      log.warn("what became of an import cannot be kept", { error: String(error) });
    }
  }

  /** What is none of ours stays inside and in the log. */
  #known({ job, abort: { signal } }: Running, thrown: unknown): GatewayError {
    if (signal.aborted && signal.reason instanceof GatewayError) return signal.reason;
    if (thrown instanceof GatewayError) return thrown;
    this.#options.log.error("an import failed", {
      phase: job.phase,
      error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
    return new GatewayError("internal");
  }

  #jobOf(row: ImportJobRow): ImportJob {
    if (row.id === this.#running?.job.id) return this.#running.job;
    const { id, status, name, fileDigest, counts, errors, warnings, problem, backup } = row;
    return {
      id,
      name,
      fileDigest,
      counts,
      errors,
      warnings,
      problem,
      state: status,
      phase: status === "completed" ? "verify" : "plan",
      strategy: row.conflictStrategy,
      processed: counts.total,
      cancellable: false,
      startedAt: row.createdAt,
      completedAt: row.completedAt,
      backup: backup !== null && this.#options.isKept(backup) ? backup : null,
    };
  }

  #tell(): void {
    if (this.#telling) return;
    const wait = this.#toldAt + TELL_EVERY_MS - performance.now();
    if (wait <= 0) this.#tellNow();
    else this.#telling = setTimeout(() => this.#tellNow(), wait).unref();
  }

  #tellNow(): void {
    if (this.#telling) clearTimeout(this.#telling);
    this.#telling = null;
    this.#toldAt = performance.now();
    this.#options.onChange();
  }
}

const rowOf = (job: ImportJob): Omit<ImportJobInsert, "id" | "createdAt"> => ({
  status: job.state,
  conflictStrategy: job.strategy,
  name: job.name,
  fileDigest: job.fileDigest,
  counts: job.counts,
  errors: job.errors.slice(0, MOST_SENTENCES),
  warnings: job.warnings.slice(0, MOST_SENTENCES),
  problem: job.problem,
  backup: job.backup,
  completedAt: job.completedAt,
});
