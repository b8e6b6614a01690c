import { GatewayError } from "@local-mcp/contract";
import { isTooDeep } from "@local-mcp/engine";

/** Whether the same request may be answered otherwise a little later. */
export const isPassing = (status: number): boolean =>
  status >= 500 || status === 429 || status === 408;

/** What a JSON text holds; undefined where it is none, or nested so deep that nobody means it. */
export function jsonIn(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A host that gave no answer of use, and may give one later. @param reason the end of a sentence */
export const unreachable = (host: string, reason: string, cause?: unknown): GatewayError =>
  new GatewayError("host_unreachable", { host, reason }, { cause });

/** The same for a status that says nothing of use. */
export const statusAnswered = (host: string, status: number): GatewayError =>
  unreachable(host, `it answered with HTTP status ${status}.`);
