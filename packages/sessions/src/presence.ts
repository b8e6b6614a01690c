import { MEMBER_LIFETIME_MS } from "./shared-store.ts";

/** How often a member says that it is there, ms: several times in the life of what it says. */
const BEAT_MS = MEMBER_LIFETIME_MS / 3;

/** The signs of life of a member, from when it joined until it leaves. */
export class Presence {
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #memberId: string | null = null;

  begin(memberId: string, say: () => Promise<unknown>): void {
    clearInterval(this.#timer);
    this.#memberId = memberId;
    this.#timer = setInterval(() => {
      // While the store is away there is nobody to tell; others forget this one after a while.
      this.#last = say().catch(() => {});
    }, BEAT_MS);
    this.#timer.unref();
  }

  /** Resolves when nothing is said any more, with who leaves; null where nobody had joined. */
  async end(): Promise<string | null> {
    clearInterval(this.#timer);
    const left = this.#memberId;
    this.#memberId = null;
    await this.#last;
    return left;
  }
}
