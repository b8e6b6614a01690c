import { isRefusal, refuseUnlike } from "./members.ts";
import {
  type JoinedMember,
  MEMBER_LIFETIME_MS,
  type Member,
  type MemberWatch,
} from "./shared-store.ts";

/** How often a member says that it is there, ms: several times in the life of what it says. */
const BEAT_MS = MEMBER_LIFETIME_MS / 3;

/** The signs of life of a member, from when it joined until it leaves. */
export class Presence {
  /** What people know the store by. */
  readonly #store: string;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #memberId: string | null = null;

  constructor(store: string) {
    this.#store = store;
  }

  /** @param say says once more that the member is there, and returns who is */
  begin(member: Member, say: () => Promise<JoinedMember[]>, watch: MemberWatch): void {
    clearInterval(this.#timer);
    this.#memberId = member.id;
    let isSaying = false;
    this.#timer = setInterval(() => {
      // One that is late could come after the goodbye.
      if (isSaying) return;
      isSaying = true;
      this.#last = this.#beat(member, say, watch).finally(() => (isSaying = false));
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

  async #beat(
    member: Member,
    say: () => Promise<JoinedMember[]>,
    watch: MemberWatch,
  ): Promise<void> {
    try {
      const members = await say();
      const others = members.filter(({ id }) => id !== member.id);
      refuseUnlike(member, others, this.#store);
      if (this.#memberId !== null) watch.onMembers?.(members);
    } catch (error) {
      // While the store is away there is nobody to tell; others forget this one after a while.
      if (isRefusal(error) && this.#memberId !== null) watch.onRefused?.(error);
    }
  }
}
