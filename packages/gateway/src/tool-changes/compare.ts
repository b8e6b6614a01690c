import type { ToolChangeKind } from "@local-mcp/contract";
import type { JsonObject } from "@local-mcp/engine";
import { digestOf } from "./definition.ts";

/** A tool that is not as it was accepted. */
export interface Changed {
  kind: ToolChangeKind;
  digest: string;
  /** As the server sends it now. */
  definition: JsonObject;
}

/** What differs from the digests of what was accepted; nothing where nothing ever was. */
export function changesOf(
  accepted: ReadonlyMap<string, string>,
  tools: ReadonlyMap<string, JsonObject>,
): Map<string, Changed> {
  const changed = new Map<string, Changed>();
  if (accepted.size === 0) return changed;
  for (const [name, definition] of tools) {
    const digest = digestOf(definition);
    const before = accepted.get(name);
    if (before === digest) continue;
    changed.set(name, { kind: before === undefined ? "new" : "changed", digest, definition });
  }
  return changed;
}
