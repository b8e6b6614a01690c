import type { ServerRow } from "@local-mcp/database";

type Server = Pick<ServerRow, "id" | "name">;

/** For so long further changes of one server are gathered, ms. */
const WINDOW_MS = 60_000;
/** Names that are gathered at most. */
const MAX_NAMES = 1000;

interface Waiting {
  server: Server;
  names: Set<string>;
  timer: NodeJS.Timeout;
}

/**
 * Changes of tools on their way into the log. The first of a server is written at once, and those
 * that follow once a minute, so that a server which changes its tools without end cannot push out
 * what is in the log already.
 */
export class ToolChangeNotes {
  readonly #write: (server: Server, tools: string[]) => void;
  readonly #waiting = new Map<string, Waiting>();

  constructor(write: (server: Server, tools: string[]) => void) {
    this.#write = write;
  }

  add(server: Server, tools: readonly string[]): void {
    const waiting = this.#waiting.get(server.id);
    if (waiting) {
      for (const tool of tools.slice(0, MAX_NAMES - waiting.names.size)) waiting.names.add(tool);
      return;
    }
    this.#write(server, tools.slice(0, MAX_NAMES));
    const timer = setTimeout(() => this.#onMinute(server.id), WINDOW_MS);
    timer.unref();
    this.#waiting.set(server.id, { server, names: new Set(), timer });
  }

  /** Writes what was gathered so far. */
  close(): void {
    for (const { server, names, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      if (names.size > 0) this.#write(server, [...names]);
    }
    this.#waiting.clear();
  }

  #onMinute(serverId: string): void {
    const waiting = this.#waiting.get(serverId);
    this.#waiting.delete(serverId);
    if (waiting && waiting.names.size > 0) this.add(waiting.server, [...waiting.names]);
  }
}
