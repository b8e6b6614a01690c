import type { GatewayError, SignInStatus } from "@local-mcp/contract";

/** How a sign-in ended. */
export interface Outcome {
  state: "done" | "failed" | "cancelled";
  /** Why it failed. */
  error: GatewayError | null;
}

export const DONE: Outcome = { state: "done", error: null };
export const CANCELLED: Outcome = { state: "cancelled", error: null };
export const failedWith = (error: GatewayError): Outcome => ({ state: "failed", error });

/** What a sign-in holds open on its way. */
export interface OnTheWay {
  /**
   * Takes what a person pasted. Resolves when it was used, whatever came of it.
   *
   * @throws GatewayError sign_in_wrong_answer where it was not; the sign-in goes on
   */
  finish(pasted: string): Promise<void>;
  /** The sign-in is over: a browser that waits is shown how it ended, then all is closed. */
  leave(): Promise<void>;
  /** Closes all now; what is being exchanged is kept where it comes soon. */
  close(): Promise<void>;
}

/** One sign-in, from its beginning until nobody asks any more how it ended. */
export class SignInUnderWay {
  readonly id: string;
  readonly serverId: string;
  readonly way: "browser" | "device";
  /** ms since 1970. */
  readonly startedAt: number;
  /** Resolves with null where the gateway is closed before. */
  readonly whenOver: Promise<Outcome | null>;
  #resolve: (outcome: Outcome | null) => void = () => {};
  #outcome: Outcome | null = null;
  #onTheWay: OnTheWay | null = null;
  /** Host of the page that is visited, and when it is given up. */
  #page: { host: string; endsAt: number } | null = null;

  constructor(of: Pick<SignInUnderWay, "id" | "serverId" | "way" | "startedAt">) {
    this.id = of.id;
    this.serverId = of.serverId;
    this.way = of.way;
    this.startedAt = of.startedAt;
    this.whenOver = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Null while it is under way. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  /** Null while it is being prepared. */
  get onTheWay(): OnTheWay | null {
    return this.#onTheWay;
  }

  /** As a status shows it; null where nobody is waited for. */
  get waiting(): SignInStatus["waiting"] {
    const { id, way, startedAt } = this;
    if (this.#page === null || this.#outcome !== null) return null;
    return { id, way, startedAt, ...this.#page };
  }

  /** A person may go now. */
  go(host: string, endsAt: number, onTheWay: OnTheWay): void {
    this.#page = { host, endsAt };
    this.#onTheWay = onTheWay;
  }

  /** The first outcome counts, and is what comes back. */
  end(outcome: Outcome): Outcome {
    this.#outcome ??= outcome;
    this.#resolve(this.#outcome);
    return this.#outcome;
  }

  /** Whoever waits learns nothing more; it may go on in another process. */
  abandon(): void {
    this.#resolve(null);
  }
}
