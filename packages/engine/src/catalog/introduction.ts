import { isObject, type JsonObject } from "../jsonrpc.ts";
import { UNROUTABLE_EXTENSIONS } from "../protocol.ts";
import type { Implementation } from "../definitions.ts";

/** What the instructions of all servers together may take, characters. */
const MAX_INSTRUCTIONS = 8000;

/** A server as a profile's endpoint speaks of it. */
export interface Introduced {
  name: string;
  implementation: Implementation | null;
}

/**
 * What a profile's endpoint declares it can do. What the gateway does itself is there always, since
 * servers come and go while a client stays; extensions and experiments are those of the servers.
 */
export function capabilitiesOf(servers: readonly Introduced[]): JsonObject {
  const declared = servers.map(({ implementation }) => implementation?.capabilities ?? {});
  const extensions = merged(declared.map((capabilities) => capabilities.extensions));
  const experimental = merged(declared.map((capabilities) => capabilities.experimental));
  const carried = Object.entries(extensions).filter(
    ([name]) => !UNROUTABLE_EXTENSIONS.includes(name),
  );
  return {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    logging: {},
    completions: {},
    ...(carried.length === 0 ? {} : { extensions: Object.fromEntries(carried) }),
    ...(Object.keys(experimental).length === 0 ? {} : { experimental }),
  };
}

/** What the servers say about themselves, under the name each is known by here. */
export function instructionsOf(servers: readonly Introduced[]): string | undefined {
  const parts = servers.flatMap(({ name, implementation }) => {
    const text = implementation?.instructions;
    return text ? [`# ${name}\n\n${text.trim()}`] : [];
  });
  return parts.length === 0 ? undefined : parts.join("\n\n").slice(0, MAX_INSTRUCTIONS);
}

/** Members of all of them; of those with the same name, the first server's. */
const merged = (parts: readonly unknown[]): JsonObject =>
  Object.assign({}, ...parts.toReversed().filter(isObject));
