import { GatewayError } from "@local-mcp/contract";
import { InFlight } from "../in-flight.ts";
import type { UpstreamCall } from "./call.ts";

export interface CallSlotsOptions {
  serverName: () => string;
  /** Calls that the server is given at the same time. */
  limit: () => number;
  /** How long one may wait for its turn, ms. */
  waitMs: () => number;
}

/**
 * Lets so many calls through to one server as it may be given at the same time; the others wait in
 * the order in which they came. A call whose server asks its client something lets another one have
 * its place meanwhile, and goes on without a place when it has its answer: the server has it already,
 * and the answer may depend on a call that waits.
 */
export class CallSlots {
  readonly #options: CallSlotsOptions;
  readonly #waiting = new InFlight<number, () => void>();
  #lastTurn = 0;
  #taken = 0;
  #open = 0;

  constructor(options: CallSlotsOptions) {
    this.#options = options;
  }

  /** Calls that wait for their turn, run, or wait for their client. */
  get open(): number {
    return this.#open;
  }

  /**
   * Runs a call when it is its turn. `work` is given the call as the server's side has to see it.
   *
   * @throws GatewayError server_busy, request_cancelled where it was never its turn; what `work`
   * throws
   */
  async run<T>(call: UpstreamCall, work: (call: UpstreamCall) => Promise<T>): Promise<T> {
    this.#open += 1;
    try {
      if (this.#waiting.size > 0 || this.#taken >= this.#options.limit()) {
        await this.#turn(call.signal);
      } else this.#taken += 1;
      const slot = new Slot({ take: () => (this.#taken += 1), give: () => this.#give() });
      try {
        return await work(slot.lent(call));
      } finally {
        slot.end();
      }
    } finally {
      this.#open -= 1;
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(new GatewayError("request_cancelled"));
    const waitMs = this.#options.waitMs();
    const turn = (this.#lastTurn += 1);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(turn);
      };
      const begin = (): void => {
        leave();
        this.#taken += 1;
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(new GatewayError("request_cancelled"));
      };
      const timer = setTimeout(() => {
        leave();
        reject(this.#busy(waitMs));
      }, waitMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.set(turn, begin);
    });
  }

  #give(): void {
    this.#taken -= 1;
    for (const begin of this.#waiting.values()) {
      if (this.#taken >= this.#options.limit()) return;
      begin();
    }
  }

  #busy(waitedMs: number): GatewayError {
    const { serverName, limit } = this.#options;
    return new GatewayError("server_busy", {
      server: serverName(),
      limit: limit(),
      seconds: waitedMs / 1000,
    });
  }
}

/** The place of one call. */
class Slot {
  readonly #places: { take(): void; give(): void };
  #questions = 0;
  #isOver = false;

  constructor(places: { take(): void; give(): void }) {
    this.#places = places;
  }

  /** The same call, whose place is free while its client is asked. */
  lent(call: UpstreamCall): UpstreamCall {
    return {
      ...call,
      onRequest: async (request, signal) => {
        this.#questions += 1;
        if (this.#questions === 1 && !this.#isOver) this.#places.give();
        try {
          return await call.onRequest(request, signal);
        } finally {
          this.#questions -= 1;
          if (this.#questions === 0 && !this.#isOver) this.#places.take();
        }
      },
    };
  }

  end(): void {
    this.#isOver = true;
    if (this.#questions === 0) this.#places.give();
  }
}
