/** What is read, by whom it is answered, and how that server is reached. */
export interface AnswerPlace {
  serverId: string;
  /** As in ServerDefinition: what the server answered when it was reached differently is another's. */
  configHash: string;
  uri: string;
}

export interface KeptAnswer {
  /** JSON of the result, so that nobody changes another's. */
  text: string;
  /** ms since 1970. */
  keptAt: number;
  ttlMs: number;
}

export interface FoundAnswer {
  answer: KeptAnswer | null;
  /** What the server is asked for from now on is kept with it. */
  generation: string;
}

/**
 * Where answers are kept: by one process, or for all gateways that use the same store. None of it
 * fails: what cannot be found or kept is asked for again.
 */
export interface AnswerStore {
  /** What is kept, however old; null where the store cannot be used now. */
  find(place: AnswerPlace): Promise<FoundAnswer | null>;
  /** Keeps it, unless the server's answers were outdated since that generation was found. */
  keep(place: AnswerPlace, generation: string, answer: KeptAnswer): void;
  /**
   * A server has changed, or one of its resources, for everybody. An update may name a part of what
   * was read (MCP 2026-07-28, resources), so what contains it goes too.
   */
  outdate(serverId: string, uri?: string): void;
  /** A server does not run here now: what only this process keeps of it goes. */
  forget(serverId: string): void;
}

/** What all answers together may take, characters. */
export const MAX_ANSWERS_SIZE = 8 * 1024 * 1024;

interface Kept {
  place: AnswerPlace;
  answer: KeptAnswer;
}

/** Answers in the memory of this process. */
export class MemoryAnswers implements AnswerStore {
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;
  #generation = 0;

  async find(place: AnswerPlace): Promise<FoundAnswer> {
    const generation = String(this.#generation);
    const key = keyOf(place);
    const kept = this.#kept.get(key);
    if (kept === undefined) return { answer: null, generation };
    this.#drop(key);
    this.#put(key, kept);
    return { answer: kept.answer, generation };
  }

  keep(place: AnswerPlace, generation: string, answer: KeptAnswer): void {
    if (generation !== String(this.#generation)) return;
    const key = keyOf(place);
    this.#drop(key);
    this.#put(key, { place, answer });
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MAX_ANSWERS_SIZE) break;
      this.#drop(oldest);
    }
  }

  outdate(serverId: string, uri?: string): void {
    this.#generation += 1;
    for (const [key, { place }] of this.#kept) {
      if (place.serverId !== serverId) continue;
      if (uri === undefined || place.uri.startsWith(uri) || uri.startsWith(place.uri))
        this.#drop(key);
    }
  }

  forget(serverId: string): void {
    this.outdate(serverId);
  }

  #put(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#size += kept.answer.text.length;
  }

  #drop(key: string): void {
    this.#size -= this.#kept.get(key)?.answer.text.length ?? 0;
    this.#kept.delete(key);
  }
}

const keyOf = ({ serverId, configHash, uri }: AnswerPlace): string =>
  `${serverId} ${configHash} ${uri}`;
