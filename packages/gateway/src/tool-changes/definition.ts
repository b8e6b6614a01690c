import { createHash } from "node:crypto";
import { isObject, type JsonObject } from "@local-mcp/engine";

/** What decides how a model and a person understand a tool, and what it is called with. */
const COMPARED = ["annotations", "description", "inputSchema", "outputSchema", "title"];

const known = new WeakMap<JsonObject, string>();

/**
 * SHA-256, hexadecimal, of what of a tool is compared. Neither the order of keys nor what a server
 * adds beside it (`_meta`, `icons`) makes another one.
 */
export function digestOf(tool: JsonObject): string {
  const digest = known.get(tool) ?? createHash("sha256").update(comparedText(tool)).digest("hex");
  known.set(tool, digest);
  return digest;
}

const comparedText = (tool: JsonObject): string =>
  canonical(Object.fromEntries(COMPARED.map((field) => [field, tool[field]])));

/** JSON with its keys in order. Written here, since an object cannot hold every key in any order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}
