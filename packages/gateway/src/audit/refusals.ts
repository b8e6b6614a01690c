import type { AuditActor, AuditNote } from "./note.ts";

/** For so long those that are alike are counted, ms. */
const WINDOW_MS = 60_000;

interface Storm {
  actor: AuditActor;
  /** The last one. */
  note: AuditNote;
  /** Those that have no entry yet. */
  count: number;
  timer: NodeJS.Timeout;
}

/**
 * Refused attempts on their way into the log. The first of its kind is written at once; of those
 * that follow there is one entry a minute, with their number and what the last one was, so that
 * whoever keeps knocking cannot push out what is in the log already.
 */
export class Refusals {
  readonly #write: (actor: AuditActor, note: AuditNote) => void;
  readonly #storms = new Map<string, Storm>();

  constructor(write: (actor: AuditActor, note: AuditNote) => void) {
    this.#write = write;
  }

  add(actor: AuditActor, note: AuditNote): void {
    const key = JSON.stringify([actor.kind, actor.name, note.action, note.detail?.error ?? null]);
    const storm = this.#storms.get(key);
    if (storm) {
      storm.note = note;
      storm.count += 1;
      return;
    }
    this.#write(actor, note);
    const timer = setInterval(() => this.#onMinute(key), WINDOW_MS);
    timer.unref();
    this.#storms.set(key, { actor, note, count: 0, timer });
  }

  /** Writes what was counted so far. */
  close(): void {
    for (const storm of this.#storms.values()) {
      clearInterval(storm.timer);
      this.#tell(storm);
    }
    this.#storms.clear();
  }

  #onMinute(key: string): void {
    const storm = this.#storms.get(key);
    if (!storm) return;
    if (storm.count > 0) this.#tell(storm);
    else {
      clearInterval(storm.timer);
      this.#storms.delete(key);
    }
  }

  #tell(storm: Storm): void {
    const { actor, note, count } = storm;
    if (count === 0) return;
    storm.count = 0;
    this.#write(actor, { ...note, detail: { ...note.detail, attempts: count } });
  }
}
