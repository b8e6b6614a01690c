import type { WindowCommand } from "@local-mcp/contract";
import { EventPublisher } from "@orpc/server";

/** Commands that wait for a window; an older one is of no interest any more. */
const MAX_WAITING = 10;

/** What the window is asked to do. Commands wait for it while it is not there or still loading. */
export class WindowCommands {
  readonly #publisher = new EventPublisher<{ command: WindowCommand }>();
  #waiting: WindowCommand[] = [];

  send(command: WindowCommand): void {
    if (this.#publisher.size > 0) this.#publisher.publish("command", command);
    else this.#waiting = [...this.#waiting, command].slice(-MAX_WAITING);
  }

  /** Each command, until `signal` aborts. */
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<WindowCommand, void> {
    const later = this.#publisher.subscribe("command", { signal });
    try {
      yield* this.#waiting.splice(0);
      yield* later;
    } finally {
      await later.return();
    }
  }
}
