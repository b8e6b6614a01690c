import type { Redactor, RedactorChange } from "@local-mcp/vault";

/**
 * Tells a thread of all that is known to be secret, and of what becomes known.
 *
 * @returns what ends that
 */
export const tellSecrets = (
  redactor: Pick<Redactor, "follow">,
  tell: (change: RedactorChange) => Promise<unknown>,
): (() => void) =>
  redactor.follow((change) => {
    // A thread that ended has nothing to redact, and the next one is told of all.
    tell(change).catch(() => {});
  });
