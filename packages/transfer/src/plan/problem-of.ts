import { GatewayError, type ImportFormat, type ImportProblem } from "@local-mcp/contract";
import type { ReadEntity } from "../types.ts";

/** What the API and our own files call the same. */
const SAME_IN_FILES: readonly string[] = [
  "annotations",
  "args",
  "arguments",
  "command",
  "connections",
  "cwd",
  "description",
  "env",
  "headers",
  "limits",
  "query",
  "tags",
  "template",
  "uri",
  "url",
];

/** What there is to do in an import, where the words of the error are for a change by hand. */
const WAYS_OUT: Partial<Record<GatewayError["code"], string>> = {
  // The sentence says it.
  validation_failed: "",
  secrets_would_move: "Import it with its secrets in the file, or choose rename or skip for it.",
};

/** What the API says to an entity of a file, at its place in the file. */
export function problemOf(
  error: GatewayError,
  { pointer }: ReadEntity,
  format: ImportFormat,
): ImportProblem {
  const [prefix = "", field = ""] = /^(\w+)(?:\.[^\s:]+)*: /.exec(error.message) ?? [];
  const isOurs = format === "gateway" || format === "flat";
  const isPlaced = isOurs && SAME_IN_FILES.includes(field);
  const said =
    isPlaced && prefix === `${field}: ` ? error.message.slice(prefix.length) : error.message;
  const wayOut = WAYS_OUT[error.code] ?? error.wayOut;
  return {
    pointer: isPlaced ? `${pointer}/${field}` : pointer,
    message: `${said} ${wayOut}`.trim(),
  };
}
