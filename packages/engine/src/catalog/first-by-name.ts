import type { JsonObject } from "../jsonrpc.ts";

/** Of several of one name in a server's list the first counts. */
export function firstByName(definitions: readonly JsonObject[]): Map<string, JsonObject> {
  const first = new Map<string, JsonObject>();
  for (const definition of definitions) {
    const name = String(definition.name);
    if (!first.has(name)) first.set(name, definition);
  }
  return first;
}
