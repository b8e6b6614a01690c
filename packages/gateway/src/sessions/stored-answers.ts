import { createHash, randomUUID } from "node:crypto";
import {
  type AnswerPlace,
  type AnswerStore,
  type FoundAnswer,
  type KeptAnswer,
  type Log,
  MAX_ANSWERS_SIZE,
} from "@local-mcp/engine";
import { type AnswerChoice, type AnswerRows, openAnswers } from "@local-mcp/sessions";
import type { Vault } from "@local-mcp/vault";
import { z } from "zod";
import type { Configuration } from "../configuration/configuration.ts";
import type { GatewayOptions } from "../gateway-types.ts";
import { chooseAnswerStore } from "./choose-store.ts";

export interface StoredAnswersOptions {
  /** Seals answers: they may be shown to anybody who may use the gateway, and to nobody else. */
  vault: Pick<Vault, "ready" | "seal" | "open">;
  log: Log;
}

/** Longer than this no call waits for the store, ms. */
const PATIENCE_MS = 250;
/** How long after it failed the store is not asked, ms. */
const PAUSE_MS = 1000;

const storedAnswer = z.strictObject({
  generation: z.string(),
  text: z.string(),
  keptAt: z.number(),
  ttlMs: z.number(),
});

/**
 * The cache that `CACHE_TYPE` names; undefined where that is memory.
 *
 * @throws GatewayError as chooseAnswerStore
 */
export function createAnswers(
  kind: GatewayOptions["kind"],
  { configuration, ...options }: StoredAnswersOptions & { configuration: Configuration },
): StoredAnswers | undefined {
  const choice = chooseAnswerStore(kind, configuration);
  return choice === null ? undefined : new StoredAnswers(choice, options);
}

/**
 * Answers in a store outside of this process. One that fails or is slow is as good as an empty one,
 * except that nothing is found in it of a server that has changed meanwhile, until it knows that.
 */
export class StoredAnswers implements AnswerStore {
  readonly #choice: AnswerChoice;
  readonly #options: StoredAnswersOptions;
  /** The generation that a server's answers are of by now, where the store does not know yet. */
  readonly #untold = new Map<string, string>();
  #rows: Promise<AnswerRows> | null = null;
  /** Set while the store is not asked. */
  #pause: NodeJS.Timeout | null = null;
  #isFailing = false;
  #isClosed = false;

  constructor(choice: AnswerChoice, options: StoredAnswersOptions) {
    this.#choice = choice;
    this.#options = options;
    // The first call finds both open; why one cannot be is told then.
    void this.#ask(async () => {});
    options.vault.ready().catch(() => {});
  }

  find(place: AnswerPlace): Promise<FoundAnswer | null> {
    const key = keyOf(place);
    return this.#ask(async (rows) => {
      await this.#options.vault.ready({ create: true });
      await this.#tell(rows, place.serverId);
      const { generation, text } = await rows.read(place.serverId, key);
      return { generation, answer: text === null ? null : this.#open(text, key, generation) };
    });
  }

  keep(place: AnswerPlace, generation: string, answer: KeptAnswer): void {
    const key = keyOf(place);
    void this.#ask(async (rows) => {
      if (this.#untold.has(place.serverId)) return;
      const text = this.#options.vault.seal(JSON.stringify({ generation, ...answer }), at(key));
      const expiresAt = answer.keptAt + answer.ttlMs;
      await rows.keep({ serverId: place.serverId, key, text, generation, expiresAt });
    });
  }

  /** All of its answers: which of them contain one another is known to nobody who cannot read them. */
  outdate(serverId: string): void {
    this.#untold.set(serverId, randomUUID());
    void this.#ask((rows) => this.#tell(rows, serverId));
  }

  /** Nothing is kept in this process. */
  forget(): void {}

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#pause !== null) clearTimeout(this.#pause);
    const rows = await this.#rows?.catch(() => null);
    await rows?.close();
  }

  async #tell(rows: AnswerRows, serverId: string): Promise<void> {
    for (;;) {
      const generation = this.#untold.get(serverId);
      if (generation === undefined) return;
      await rows.renew(serverId, generation);
      // Meanwhile it may have changed once more.
      if (this.#untold.get(serverId) === generation) this.#untold.delete(serverId);
    }
  }

  /** Null also where it was sealed with a key that is gone, or by nobody. */
  #open(text: string, key: string, generation: string): KeptAnswer | null {
    try {
      const opened = storedAnswer.parse(JSON.parse(this.#options.vault.open(text, at(key))));
      const { generation: its, ...answer } = opened;
      return its === generation ? answer : null;
    } catch {
      return null;
    }
  }

  /** Null where it fails, or is not there in time. */
  async #ask<T>(work: (rows: AnswerRows) => Promise<T>): Promise<T | null> {
    if (this.#isClosed || this.#pause !== null) return null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`it does not answer within ${PATIENCE_MS} ms`);
      timer = setTimeout(() => reject(error), PATIENCE_MS);
    });
    try {
      const answer = await Promise.race([this.#opened().then(work), late]);
      this.#isFailing = false;
      return answer;
    } catch (error) {
      this.#fails(error);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  #opened(): Promise<AnswerRows> {
    if (this.#rows === null) {
      const options = { maxSize: MAX_ANSWERS_SIZE, now: Date.now };
      const rows = openAnswers(this.#choice, options);
      this.#rows = rows;
      rows.catch(() => {
        this.#rows = null;
      });
    }
    return this.#rows;
  }

  #fails(error: unknown): void {
    if (this.#isClosed) return;
    if (this.#pause === null) {
      this.#pause = setTimeout(() => this.#goOn(), PAUSE_MS);
      this.#pause.unref();
    }
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.log.warn("the cache of resources cannot be used", { reason: String(error) });
  }

  /** Others find what is outdated until the store knows. */
  #goOn(): void {
    this.#pause = null;
    for (const serverId of this.#untold.keys()) {
      void this.#ask((rows) => this.#tell(rows, serverId));
    }
  }
}

/** Says nothing of a URI, which may be a secret, to who can read the store. */
const keyOf = ({ serverId, configHash, uri }: AnswerPlace): string =>
  createHash("sha256")
    .update(JSON.stringify([serverId, configHash, uri]))
    .digest("hex");

const at = (row: string) => ({
  table: "answers",
  column: "text",
  row,
  owner: "the cache of resources",
});
