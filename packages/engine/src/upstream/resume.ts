import type http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isLockedOut, UpstreamFailure } from "./failure.ts";
import { isEventStream, type StreamPosition, TooLargeError } from "./http-exchange.ts";

/** What is waited where the server has not said, ms. */
const DEFAULT_RETRY_MS = 1000;
/** What is waited at least, so that “at once” does not become “without end”, ms. */
const LEAST_RETRY_MS = 50;
/** So many times in a row a stream may bring nothing new before it is given up. */
const MOST_FRUITLESS = 5;

/** A stream that ended before it had brought the answer it was opened for. */
export interface Unfinished {
  position: StreamPosition;
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
  isAnswered(): boolean;
  /** Opens the stream after the last event that was read. */
  reopen(lastEventId: string): Promise<http.IncomingMessage>;
  /** Reads it to its end, keeping the position. */
  read(stream: http.IncomingMessage): Promise<void>;
  /** The server has closed a stream in good order, and wants us back. */
  onPaused(retryMs: number | null): void;
}

/** Nobody is let in any more. */
const isFinal = (error: unknown): boolean => error instanceof UpstreamFailure && isLockedOut(error);

/**
 * Fetches the rest of an answer whose stream the server has ended, or that broke, for as long as
 * something new comes (MCP 2025-11-25, transports, resumability).
 *
 * @param endedWell whether the first stream was closed in good order
 * @returns the refusal of a server that does not let us go on, or null
 * @throws the error of the last stream where it broke; nothing where it only ended
 */
export async function resume(
  unfinished: Unfinished,
  endedWell: boolean,
): Promise<http.IncomingMessage | null> {
  const { position, signal } = unfinished;
  let broken: unknown = null;
  let paused = endedWell;
  for (let fruitless = 0; fruitless < MOST_FRUITLESS; fruitless += 1) {
    const { lastEventId, retryMs } = position;
    if (lastEventId === null || unfinished.isAnswered() || signal.aborted) return null;
    if (paused) unfinished.onPaused(retryMs);
    paused = false;
    await sleep(Math.max(retryMs ?? DEFAULT_RETRY_MS, LEAST_RETRY_MS), undefined, { signal });
    try {
      const stream = await unfinished.reopen(lastEventId);
      if (stream.statusCode !== 200 || !isEventStream(stream)) return stream;
      await unfinished.read(stream);
      broken = null;
      paused = true;
    } catch (error) {
      if (signal.aborted || error instanceof TooLargeError || isFinal(error)) throw error;
      broken = error;
    }
    if (position.lastEventId !== lastEventId) fruitless = -1;
  }
  if (broken !== null) throw broken;
  return null;
}
