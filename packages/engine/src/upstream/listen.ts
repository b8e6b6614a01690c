import type http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { discard, isEventStream, StreamPosition } from "./http-exchange.ts";
import { RestartPolicy } from "./restart-policy.ts";

/** The stream of a session for what belongs to no request. */
export interface StandingStream {
  /** Aborted when the connection is over. */
  signal: AbortSignal;
  reopen(lastEventId: string | null): Promise<http.IncomingMessage>;
  /** Reads it to its end, keeping the position. */
  read(stream: http.IncomingMessage, position: StreamPosition): Promise<void>;
  /** It was away, and what came meanwhile will not come again; or nothing answers any more. */
  onGap(): void;
  /** The server does not open it any more, though it did before. */
  onRefused(): void;
}

/** HTTP statuses that will pass. */
const isPassing = (status = 0): boolean => status >= 500 || status === 408 || status === 429;

/**
 * Keeps a session's GET stream open, going on after the last event wherever it ends (MCP 2025-11-25,
 * transports, listening for messages). Optional for servers: one that refuses it has none.
 */
export async function listen(standing: StandingStream): Promise<void> {
  const { signal } = standing;
  const policy = new RestartPolicy({ givesUp: false });
  const position = new StreamPosition();
  let wasOpen = false;
  let isGapTold = false;
  const tellGap = (): void => {
    if (wasOpen && !isGapTold) standing.onGap();
    isGapTold = true;
  };
  while (!signal.aborted) {
    const { lastEventId } = position;
    let isOpen = false;
    try {
      const stream = await standing.reopen(lastEventId);
      if (stream.statusCode === 200 && isEventStream(stream)) {
        policy.ready(Date.now());
        // Opened where nothing was numbered, it begins now.
        if (lastEventId === null && wasOpen) standing.onGap();
        isOpen = true;
        wasOpen = true;
        isGapTold = false;
        await standing.read(stream, position);
      } else {
        discard(stream);
        if (wasOpen && isPassing(stream.statusCode)) tellGap();
        else if (lastEventId === null) {
          if (wasOpen) standing.onRefused();
          return;
        }
        // It may only be the place that the server does not know any more.
        else position.lastEventId = null;
      }
    } catch {
      // Broken or too large an event: the next round opens it anew, and knows what was missed.
      if (!isOpen && !signal.aborted) tellGap();
    }
    if (position.lastEventId !== null && position.lastEventId !== lastEventId) policy.reset();
    const verdict = policy.failed(Date.now());
    if (verdict.kind === "give_up") return;
    const wait = Math.max(position.retryMs ?? 0, verdict.delayMs);
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}
