import { reasonOf } from "@local-mcp/gateway";
import { messagesOf, type Position, type Session, startOfStream } from "./endpoint.ts";
import type { LineWriter } from "./lines.ts";
import type { Link, Pause } from "./link.ts";
import { Backoff, isError, isOver, neverSent } from "./outcome.ts";

export interface ListenerOptions {
  link: Link;
  output: LineWriter;
  pause: Pause;
  note: (text: string) => void;
  stopping: AbortSignal;
}

/** Carries what the gateway says unasked in a session of the legacy era, as long as the bridge runs. */
export class Listener {
  readonly #options: ListenerOptions;
  #running: Promise<void> | null = null;
  #hearing: AbortController | null = null;
  /** How far this session's stream was read, so that nothing said between two streams is missed. */
  #place: { session: Session; position: Position } | null = null;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /**
   * Aborted when the open stream ends, which it does with the gateway; null while none is open. Ids
   * of events are worth nothing from then on.
   */
  get hearing(): AbortSignal | null {
    return this.#hearing?.signal ?? null;
  }

  start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves when it has stopped. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { link, pause, note, stopping } = this.#options;
    const backoff = new Backoff();
    while (!stopping.aborted) {
      try {
        if (!(await this.#listen(backoff))) return;
      } catch (error) {
        const over = link.present;
        if (over !== null && neverSent(error)) link.drop(over);
        if (!stopping.aborted) note(`Listening: ${reasonOf(error)}.`);
      }
      // Rejects only when the bridge stops, which the loop looks at next.
      await pause(backoff.next()).catch(() => {});
    }
  }

  /** Reads one stream to its end; resolves with false where there is none to be had. */
  async #listen(backoff: Backoff): Promise<boolean> {
    const { link, output } = this.#options;
    const conversation = await link.current();
    const { endpoint, session } = conversation;
    if (session === null) return false;
    const position = this.#positionIn(session);
    const answer = await endpoint.listen(session, position.lastEventId);
    if (isOver(answer, session)) {
      answer.resume();
      await link.renew(conversation);
      return true;
    }
    if (isError(answer)) {
      answer.resume();
      return false;
    }
    backoff.reset();
    const hearing = new AbortController();
    this.#hearing = hearing;
    try {
      for await (const line of messagesOf(answer, position)) await output.write(line);
    } finally {
      this.#hearing = null;
      hearing.abort();
    }
    return true;
  }

  #positionIn(session: Session): Position {
    if (this.#place === null || this.#place.session.id !== session.id) {
      this.#place = { session, position: startOfStream() };
    }
    return this.#place.position;
  }
}
