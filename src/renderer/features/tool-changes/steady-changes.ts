import type { ToolChange } from "@local-mcp/contract";

/** A change as a person reads it. */
export interface ShownChange {
  change: ToolChange;
  /** What it has become while they read; null where it still is what they see. */
  newer: ToolChange | null;
}

/**
 * What is shown after `shown` when `live` is how things are: what a person reads stays as it is and
 * where it is, so that they accept what they have read. What came comes after it; what is no change
 * any more goes.
 */
export function steadyChanges(
  shown: readonly ShownChange[],
  live: readonly ToolChange[],
): ShownChange[] {
  const now = new Map(live.map((change) => [change.name, change]));
  const stays = shown.flatMap(({ change }): ShownChange[] => {
    const current = now.get(change.name);
    if (current === undefined) return [];
    now.delete(change.name);
    const { digest } = current;
    return digest === change.digest
      ? [{ change: current, newer: null }]
      : [{ change, newer: current }];
  });
  return [...stays, ...[...now.values()].map((change) => ({ change, newer: null }))];
}
