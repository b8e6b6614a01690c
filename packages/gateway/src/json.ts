import { GatewayError } from "@local-mcp/contract";
import { isTooDeep, MOST_NESTED } from "@local-mcp/engine";

/**
 * Parses JSON that somebody else wrote, and that can be written again. The error names the place only: the parser's own message
 * quotes the text, which may hold a secret.
 *
 * @throws GatewayError malformed_json
 */
export function parseJson(text: string, what: string): unknown {
  if (isTooDeep(text)) {
    const detail = `it is nested deeper than ${MOST_NESTED} levels`;
    throw new GatewayError("malformed_json", { what, detail });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new GatewayError("malformed_json", { what, detail: whereIn(text, error) });
  }
}

function whereIn(text: string, error: unknown): string {
  if (text.trim() === "") return "it is empty";
  const said = error instanceof Error ? error.message : "";
  const position = /at position (\d+)/.exec(said)?.[1];
  if (position === undefined) {
    return said.includes("end of JSON") ? "it ends too early" : "it is something else";
  }
  const before = text.slice(0, Number(position)).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}
