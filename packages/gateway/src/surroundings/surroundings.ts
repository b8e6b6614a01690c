import { networkInterfaces } from "node:os";
import type { Log, RecheckReason } from "@local-mcp/engine";

/** Between two looks at clock and addresses, ms. */
const LOOK_MS = 2000;
/** A look that comes so much too late, ms, comes after a sleep. */
const SLEPT_MS = 10_000;
/** Addresses that have not changed for so long stay for a while, ms. */
const SETTLED_MS = 500;
/** Clock and system both tell of a sleep; within this time, ms, they mean the same. */
const SAME_SLEEP_MS = 10_000;

export interface SurroundingsOptions {
  /** The clock that goes on while the machine sleeps, ms. */
  now: () => number;
  /** In whatever words, as long as the same addresses have the same; see {@link ownAddresses}. */
  addresses: () => string;
  onChange: (reason: RecheckReason) => void;
  /** The addresses cannot be read, and are not watched any more. */
  onFailure: (error: unknown) => void;
}

/**
 * Watches what ends connections without a word: the machine sleeps, or comes into another network.
 * Whoever is told asks servers whether they are still there.
 */
export class Surroundings {
  readonly #options: SurroundingsOptions;
  #looking: NodeJS.Timeout | null = null;
  #settling: NodeJS.Timeout | null = null;
  #lookedAt = 0;
  #resumedAt = -Infinity;
  /** Null where they cannot be read. */
  #known: string | null = null;

  constructor(options: SurroundingsOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#looking) return;
    this.#lookedAt = this.#options.now();
    this.#known = this.#read();
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    this.#looking.unref();
  }

  /** Passes on what the system itself has told. A sleep that is known already is not told again. */
  noticed(reason: RecheckReason): void {
    if (!this.#looking) return;
    if (reason === "resume") {
      const now = this.#options.now();
      if (Math.abs(now - this.#resumedAt) < SAME_SLEEP_MS) return;
      this.#resumedAt = now;
    }
    this.#options.onChange(reason);
  }

  close(): void {
    if (this.#looking) clearInterval(this.#looking);
    if (this.#settling) clearTimeout(this.#settling);
    this.#looking = null;
    this.#settling = null;
  }

  #look(): void {
    const now = this.#options.now();
    const late = now - this.#lookedAt - LOOK_MS;
    this.#lookedAt = now;
    if (late > SLEPT_MS) this.noticed("resume");
    if (this.#known === null || this.#settling) return;
    const seen = this.#read();
    if (seen === this.#known) return;
    this.#settling = setTimeout(() => this.#settle(seen), SETTLED_MS);
    this.#settling.unref();
  }

  /** What changes again meanwhile is left to the next look. */
  #settle(seen: string | null): void {
    this.#settling = null;
    const settled = this.#read();
    if (settled === null || settled !== seen || settled === this.#known) return;
    this.#known = settled;
    this.noticed("network");
  }

  #read(): string | null {
    try {
      return this.#options.addresses();
    } catch (error) {
      this.#known = null;
      this.#options.onFailure(error);
      return null;
    }
  }
}

/**
 * The addresses by which this computer reaches others, each with its interface. Without those of one
 * link only (RFC 3927, RFC 4291), which come and go with each container and lead nowhere.
 */
export const ownAddresses = (): string =>
  Object.entries(networkInterfaces())
    .flatMap(([name, addresses = []]) =>
      addresses
        .filter(({ internal, address }) => !internal && !isLinkLocal(address))
        .map(({ cidr, address }) => `${name} ${cidr ?? address}`),
    )
    .sort()
    .join("\n");

const isLinkLocal = (address: string): boolean => /^(169\.254\.|fe[89ab].:)/i.test(address);

/** @param onChange after what servers can be reached by may be another */
export const createSurroundings = (
  log: Log,
  onChange: (reason: RecheckReason) => void,
): Surroundings =>
  new Surroundings({
    now: () => Date.now(),
    addresses: ownAddresses,
    onChange: (reason) => {
      log.info("servers are asked again", { reason });
      onChange(reason);
    },
    onFailure: (error) => log.warn("the network cannot be watched", { error: String(error) }),
  });
