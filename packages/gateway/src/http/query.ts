import type { IncomingMessage } from "node:http";
import { GatewayError } from "@local-mcp/contract";

// What stands after the question mark of the routes at the root.

/**
 * @param known the parameters that there are; absent: any
 * @throws GatewayError validation_failed
 */
export function queryOf({ url = "" }: IncomingMessage, known?: readonly string[]): URLSearchParams {
  const query = new URL(url, "http://localhost").searchParams;
  const stray = known && [...query.keys()].find((name) => !known.includes(name));
  if (stray !== undefined) refuse(`${stray.slice(0, 50)}: There is no such parameter here.`);
  return query;
}

/** @throws GatewayError validation_failed */
export function flag(query: URLSearchParams, name: string, usual: boolean): boolean {
  return option(query, name, ["true", "false"], usual ? "true" : "false") === "true";
}

/**
 * One of these words, in any case.
 *
 * @throws GatewayError validation_failed
 */
export function option<const Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
  usual: Word,
): Word {
  const [text, ...others] = query.getAll(name);
  if (text === undefined) return usual;
  const found = words.find((word) => word === text.toLowerCase());
  return found === undefined || others.length > 0
    ? refuse(`${name}: It is ${words.slice(0, -1).join(", ")} or ${words.at(-1)}.`)
    : found;
}

/** Texts with commas between them; given more than once they add up. */
export const listIn = (query: URLSearchParams, name: string): string[] =>
  query
    .getAll(name)
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "");

/** @throws GatewayError validation_failed always */
export function refuse(detail: string): never {
  throw new GatewayError("validation_failed", { detail });
}
