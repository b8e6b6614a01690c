import type { GatewayEvent } from "@local-mcp/contract";
import { EventPublisher } from "@orpc/server";

/** A reader of the stream that is this far behind loses the oldest, events. */
const MAX_BEHIND = 1000;

/** What happens in the gateway, for whoever watches: window, tray, command line. */
export class Events {
  readonly #publisher = new EventPublisher<{ event: GatewayEvent }>({
    maxBufferedEvents: MAX_BEHIND,
  });

  publish(event: GatewayEvent): void {
    this.#publisher.publish("event", event);
  }

  /** Ends when `signal` aborts. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<GatewayEvent> {
    return this.#publisher.subscribe("event", { signal });
  }

  /** @returns how to stop it */
  on(listener: (event: GatewayEvent) => void): () => void {
    return this.#publisher.subscribe("event", listener);
  }
}
