import type { ServerState, StatusReason } from "@local-mcp/contract";
import type { ServerDefinition } from "../definitions.ts";

/** Which try comes next. `of` is how many there are before it is left stopped; null for no end. */
export interface NextAttempt {
  number: number;
  of: number | null;
}

/** What is seen of a server, beside what is wanted of it ({@link ServerDefinition}). */
export interface Observation {
  state: ServerState;
  reason: StatusReason | null;
  /** ms since 1970. */
  since: number;
  /** ms since 1970; null where no try is planned. */
  retryAt: number | null;
  /** While `retrying`. */
  attempt: NextAttempt | null;
  listIncomplete: boolean;
  answerTooBig: boolean;
}

/** What is seen of a server that nothing has been tried with yet. */
export const unobserved = (definition: ServerDefinition): Observation => ({
  state: restingState(definition),
  reason: null,
  since: Date.now(),
  retryAt: null,
  attempt: null,
  listIncomplete: false,
  answerTooBig: false,
});

/** The state of a server that does not run and has not failed. */
export function restingState(definition: ServerDefinition): "off" | "unconfirmed" | "idle" {
  if (!definition.enabled) return "off";
  return definition.confirmed ? "idle" : "unconfirmed";
}
