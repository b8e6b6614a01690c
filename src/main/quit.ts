/** Who wants the app to end: a person, or the system, which is never kept waiting by a question. */
export type QuitReason = "person" | "system";
type State = "running" | "asking" | "closing" | "closed";

export interface QuitOptions {
  /** How many clients lose their tools, or 0 where nobody has to be asked. */
  clientsToAskFor: () => Promise<number>;
  ask: (clients: number) => Promise<{ quit: boolean; dontAskAgain: boolean }>;
  dontAskAgain: () => Promise<unknown>;
  /** Ends everything that was started. */
  close: () => Promise<void>;
  exit: () => void;
  onFailure: (error: unknown) => void;
  /** How long closing may take, ms. */
  limitMs?: number;
}

/** How long the end of the gateway may take, ms. Its watcher ends what is left of its servers then. */
export const CLOSING_LIMIT_MS = 5000;

/** The one way the app ends, whichever menu, key, signal or system asked for it. */
export class Quit {
  readonly #options: QuitOptions;
  #state: State = "running";

  constructor(options: QuitOptions) {
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Ends the app, after a question where clients are connected and a person wants it.
   *
   * @param beforeExit done when this request is what ends the app, and not where a person stays
   */
  request(reason: QuitReason, beforeExit: () => void = () => {}): void {
    if (this.#state === "running" && reason === "person") {
      this.#state = "asking";
      void this.#askFirst(beforeExit);
    } else if (this.#state === "running" || (this.#state === "asking" && reason === "system")) {
      void this.#end();
    }
  }

  async #askFirst(beforeExit: () => void): Promise<void> {
    const { clientsToAskFor, ask, dontAskAgain, onFailure } = this.#options;
    let quit = true;
    try {
      const clients = await clientsToAskFor();
      if (clients > 0) {
        const answer = await ask(clients);
        quit = answer.quit;
        if (quit && answer.dontAskAgain) await dontAskAgain();
      }
    } catch (error) {
      // Whoever wants to quit is let out, whatever could not be asked or stored.
      onFailure(error);
    }
    // The system may have ended the app while the question was open.
    if (this.#state !== "asking") return;
    if (quit) void this.#end(beforeExit);
    else this.#state = "running";
  }

  async #end(beforeExit: () => void = () => {}): Promise<void> {
    const { close, exit, onFailure, limitMs = CLOSING_LIMIT_MS } = this.#options;
    this.#state = "closing";
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`closing took longer than ${limitMs} ms`)),
        limitMs,
      );
    });
    try {
      await Promise.race([close(), tooLong]);
    } catch (error) {
      onFailure(error);
    }
    clearTimeout(timer);
    this.#state = "closed";
    beforeExit();
    exit();
  }
}
