import type { IncomingMessage } from "node:http";
import { GatewayError } from "@local-mcp/contract";

// What stands after the question mark of the routes at the root.

export const queryOf = ({ url = "" }: IncomingMessage): URLSearchParams =>
  new URL(url, "http://localhost").searchParams;

/** @throws GatewayError validation_failed */
export function flag(query: URLSearchParams, name: string, usual: boolean): boolean {
  const text = (query.get(name) ?? String(usual)).toLowerCase();
  if (text !== "true" && text !== "false") refuse(`${name}: It is true or false.`);
  return text === "true";
}

/** @throws GatewayError validation_failed always */
export function refuse(detail: string): never {
  throw new GatewayError("validation_failed", { detail });
}
