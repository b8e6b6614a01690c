import type { EraStore, EraVerdict, ServerDefinition } from "../definitions.ts";
import type { ProbeResult } from "./probe.ts";

const CERTAIN_MS = 24 * 60 * 60_000;
const UNCERTAIN_MS = 10 * 60_000;

/**
 * What is known of a server's era. Dated, since a dual-era server that is taken for a legacy one
 * works all the same, and nothing else would ever ask it again.
 */
export class Verdicts {
  readonly #store: EraStore;
  readonly #now: () => number;

  constructor(store: EraStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** Null where the server has to be asked. */
  usable({ id, configHash }: ServerDefinition): EraVerdict | null {
    const verdict = this.#store.load(id);
    if (verdict?.configHash !== configHash) return null;
    const age = this.#now() - verdict.decidedAt;
    // A date in the future is of a clock that has been set since.
    const isFresh = age >= 0 && age < (verdict.certain ? CERTAIN_MS : UNCERTAIN_MS);
    return isFresh ? verdict : null;
  }

  save({ id, configHash }: ServerDefinition, found: ProbeResult): EraVerdict {
    const verdict = { ...found, configHash, decidedAt: this.#now() };
    this.#store.save(id, verdict);
    return verdict;
  }

  /** So that the next attempt asks the server. */
  drop({ id }: ServerDefinition): void {
    const verdict = this.#store.load(id);
    if (verdict) this.#store.save(id, { ...verdict, certain: false, decidedAt: 0 });
  }
}
