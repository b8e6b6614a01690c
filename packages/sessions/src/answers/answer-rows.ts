/** One answer as it is stored, and the generation of its server's answers that it has to be of. */
interface AnswerRow {
  generation: string;
  /** Null where nothing is kept that has not expired. */
  text: string | null;
}

interface NewAnswer {
  serverId: string;
  key: string;
  text: string;
  /** That the server's answers had when it was asked. */
  generation: string;
  /** ms since 1970. */
  expiresAt: number;
}

/**
 * What an engine offers to keep answers in, at most so many characters of them: those that expire
 * first go first. A generation is random, so that none comes twice, also where the engine forgot
 * everything meanwhile.
 *
 * Every call rejects with what is wrong with the engine.
 */
export interface AnswerRows {
  /** Reads the generation first: what is kept in between is of another one. */
  read(serverId: string, key: string): Promise<AnswerRow>;
  /** Keeps nothing where the generation is another one by now. */
  keep(answer: NewAnswer): Promise<void>;
  /** From now on the server's answers are of this generation. */
  renew(serverId: string, generation: string): Promise<void>;
  close(): Promise<void>;
}

export interface AnswerRowsOptions {
  /** What all texts together may take, characters. */
  maxSize: number;
  /** ms since 1970. */
  now: () => number;
}
