import type { Events } from "../events.ts";
import type { Status } from "./status.ts";

/** Changes within this time are told together, ms. */
const TOGETHER_MS = 50;

/**
 * Tells of changes of status. Fifty servers that start at once change some hundred times in a
 * second; what a person sees is the last of it.
 */
export class StatusAnnouncer {
  readonly #events: Events;
  readonly #status: () => Status;
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #lastTold = "";

  constructor(options: { events: Events; status: () => Status }) {
    this.#events = options.events;
    this.#status = options.status;
  }

  changed(serverId: string): void {
    this.#changed.add(serverId);
    this.announce();
  }

  /** For a change that is none of a server's, such as where the gateway listens. */
  announce(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => this.#tell(), TOGETHER_MS);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tell(): void {
    this.#timer = null;
    const { state, summary, url, problem, warnings, servers } = this.#status().ofGateway();
    for (const server of servers) {
      if (!this.#changed.has(server.id)) continue;
      this.#events.publish({ type: "server.status", serverId: server.id, status: server.status });
    }
    this.#changed.clear();
    const told = JSON.stringify([state, summary, url, problem, warnings]);
    if (told !== this.#lastTold) this.#events.publish({ type: "gateway.status", state, summary });
    this.#lastTold = told;
  }
}
