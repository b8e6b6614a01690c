import { HttpError } from "../fixtures/mcp-client.ts";
import type { Provoked } from "./provoked.ts";

/** A call that is not answered within this time is lost, ms. */
export const LOST_MS = 60_000;
const SHOWN = 300;

/** An answer that is not the one to what was asked. */
export class WrongAnswer extends Error {}

/**
 * A connection that nothing was sent on for ten seconds is closed with this, and was not read from
 * (RFC 9110, 15.5.9). A client that takes it from its pool at that moment asks again.
 */
const CLOSED_UNUSED = 408;

/** An answer that never came. */
class Lost extends Error {}

/** What came of everything that was done. */
export class Tally {
  /** How often each was done and came out right. */
  readonly right: Record<string, number> = {};
  /** How often each failed while its server was broken by the run, by what it was told. */
  readonly provoked: Record<string, number> = {};
  /** Requests that met a connection just as it was closed unused. */
  unread = 0;
  /** A sentence each. */
  readonly faults: string[] = [];
  readonly #provoked: Provoked;

  constructor(provoked: Provoked) {
    this.#provoked = provoked;
  }

  /**
   * Does something, and notes what came of it. A wrong or a lost answer is a fault whatever was
   * broken meanwhile; any other failure is one where nothing was.
   *
   * @param server whose trouble is an excuse; null where none is
   * @returns whether it came out right
   */
  async note(what: string, server: string | null, deed: () => Promise<void>): Promise<boolean> {
    const began = performance.now();
    try {
      await within(deed());
      this.right[what] = (this.right[what] ?? 0) + 1;
      return true;
    } catch (error) {
      const isNever = error instanceof WrongAnswer || error instanceof Lost;
      if (error instanceof HttpError && error.status === CLOSED_UNUSED) {
        this.unread += 1;
      } else if (!isNever && server !== null && this.#provoked.met(server, began)) {
        this.provoked[what] = (this.provoked[what] ?? 0) + 1;
      } else {
        this.faults.push(
          `${what} at ${server ?? "the gateway"}: ${String(error).slice(0, SHOWN)}${causeOf(error)}`,
        );
      }
      return false;
    }
  }

  get all(): number {
    return Object.values(this.right).reduce((sum, count) => sum + count, 0);
  }
}

const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";

const within = async (deed: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Lost(`no answer in ${LOST_MS / 1000} s`)), LOST_MS);
  });
  try {
    await Promise.race([deed, late]);
  } finally {
    clearTimeout(timer);
  }
};
