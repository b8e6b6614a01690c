import { GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";

const WINDOW_MS = 10_000;
/** Failures of one address that are taken for mistakes. */
const ALLOWED = 10;
/** Addresses that are remembered; beyond that the one that failed first is forgotten. */
const MAX_ADDRESSES = 1000;

interface Failures {
  since: number;
  count: number;
}

/**
 * Counts the tokens and passwords that were wrong, by the address they came from. Who guesses is
 * held back before anything expensive is done for them. Who sends a token that is known never gets
 * here, so one client with a wrong token locks out no other.
 */
export class FailedTokens {
  readonly #byAddress = new Map<string, Failures>();
  readonly #now: () => number;
  readonly #log: Log;

  constructor(options: { now: () => number; log: Log }) {
    this.#now = options.now;
    this.#log = options.log;
  }

  /** Addresses that are remembered just now. */
  get size(): number {
    return this.#byAddress.size;
  }

  /** @throws GatewayError too_many_failures */
  check(address: string): void {
    const failures = this.#current(address);
    if (failures === undefined || failures.count < ALLOWED) return;
    const seconds = Math.ceil((failures.since + WINDOW_MS - this.#now()) / 1000);
    throw new GatewayError("too_many_failures", { address, seconds });
  }

  add(address: string): void {
    const failures = this.#current(address) ?? { since: this.#now(), count: 0 };
    failures.count += 1;
    const network = networkOf(address);
    this.#byAddress.set(network, failures);
    if (failures.count === ALLOWED) {
      this.#log.warn("too many invalid access tokens", { address, count: failures.count });
    }
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) {
      this.#byAddress.delete(oldest);
    }
  }

  #current(address: string): Failures | undefined {
    const network = networkOf(address);
    const failures = this.#byAddress.get(network);
    if (failures === undefined || this.#now() < failures.since + WINDOW_MS) return failures;
    this.#byAddress.delete(network);
    return undefined;
  }
}

/** Whoever has one IPv6 address has the 2^64 beside it (RFC 4291 §2.5.1). */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const parts = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - parts.length - rest.length);
  return [...parts, ...Array.from({ length: zeros }, () => "0"), ...rest].slice(0, 4).join(":");
}
