/** Everything at once, as a restore of the whole gateway. */
export const ALL = "everything";

/** How long after something was broken it may still be felt, as by a connection that was cut, ms. */
const FELT_MS = 3000;

/** What the run itself breaks, and when: only a call that met such a time may fail. */
export class Provoked {
  #times: { target: string; from: number; until: number }[] = [];

  /** @param target a server, or {@link ALL} @returns what ends it */
  begin(target: string): () => void {
    const time = { target, from: performance.now(), until: Infinity };
    this.#times.push(time);
    return () => {
      time.until = performance.now() + FELT_MS;
    };
  }

  async during<T>(target: string, deed: () => Promise<T>): Promise<T> {
    const end = this.begin(target);
    try {
      return await deed();
    } finally {
      end();
    }
  }

  /** Whether something was broken for this server at any time since then, by performance.now(). */
  met(target: string, since: number): boolean {
    return this.#times.some(
      (time) => time.until >= since && (time.target === target || time.target === ALL),
    );
  }

  /** Forgets what nobody can have met who began after that. */
  forget(before: number): void {
    this.#times = this.#times.filter(({ until }) => until >= before);
  }
}
