import { isObject, type JsonObject } from "./jsonrpc.ts";
import { claimedModernVersion } from "./protocol.ts";

/**
 * HTTP headers that repeat parts of a modern message, so that what stands between can route it
 * unread (MCP 2026-07-28, Streamable HTTP; SEP-2243). Pure functions for both faces of the gateway.
 */

const ENCODED = /^=\?base64\?(.*)\?=$/s;
/** RFC 4648 §4, padded. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Printable ASCII. */
const PLAIN = /^[ -~]*$/;
/** What a header may hold at all on its way in (RFC 9110 §5.5, without the obsolete part). */
const READABLE = /^[\t -~]*$/;

/** A value as it can stand in a header: as it is, or as base64 of its UTF-8 in `=?base64?…?=`. */
export function encodeHeaderValue(value: string): string {
  const isPlain =
    value !== "" && PLAIN.test(value) && value === value.trim() && !ENCODED.test(value);
  return isPlain ? value : `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;
}

/** The value that a header stands for, or null where it holds what no encoder wrote. */
export function decodeHeaderValue(raw: string): string | null {
  if (!READABLE.test(raw)) return null;
  const encoded = ENCODED.exec(raw)?.[1];
  if (encoded === undefined) return raw;
  if (!BASE64.test(encoded)) return null;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.from(encoded, "base64"));
  } catch {
    return null;
  }
}

/** Which of its params names what a request is about. */
const NAME_PARAM: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

function nameOf(message: JsonObject): string | null {
  const param = typeof message.method === "string" ? NAME_PARAM.get(message.method) : undefined;
  if (param === undefined || !isObject(message.params)) return null;
  const name = message.params[param];
  return typeof name === "string" ? name : null;
}

/** The headers that go with a modern message; none with any other. */
export function routingHeaders(message: JsonObject): Record<string, string> {
  const version = modernVersionOf(message);
  if (version === null || typeof message.method !== "string") return {};
  const headers: Record<string, string> = {
    "MCP-Protocol-Version": version,
    "Mcp-Method": message.method,
  };
  const name = nameOf(message);
  if (name !== null) headers["Mcp-Name"] = encodeHeaderValue(name);
  return headers;
}

const modernVersionOf = ({ params }: JsonObject): string | null =>
  isObject(params) ? claimedModernVersion({ params }) : null;

/** Headers as Node gives them: names in lower case. */
export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Compares the headers that came with a modern message with the message.
 *
 * @returns null where they agree, else what is wrong, as a sentence
 */
export function checkRoutingHeaders(message: JsonObject, headers: IncomingHeaders): string | null {
  const name = nameOf(message);
  return (
    literalMismatch("MCP-Protocol-Version", modernVersionOf(message), headers) ??
    literalMismatch("Mcp-Method", message.method, headers) ??
    (name === null ? null : mismatch("Mcp-Name", headers["mcp-name"], (given) => given === name))
  );
}

/** These two are never encoded. */
function literalMismatch(header: string, value: unknown, headers: IncomingHeaders): string | null {
  const given = headers[header.toLowerCase()];
  if (given === undefined) return `The header ${header} is missing.`;
  return given === value ? null : `The header ${header} does not match the message.`;
}

function mismatch(
  header: string,
  given: string | string[] | undefined,
  matches: (value: string) => boolean,
): string | null {
  if (given === undefined) return `The header ${header} is missing.`;
  const value = typeof given === "string" ? decodeHeaderValue(given) : null;
  if (value === null) return `The header ${header} cannot be decoded.`;
  return matches(value) ? null : `The header ${header} does not match the message.`;
}

/** A property of a tool's input that is repeated in a header. */
interface Mirrored {
  header: string;
  /** Names of properties from the arguments down. */
  path: readonly string[];
}

const ANNOTATION = "x-mcp-header";
/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MIRRORED_TYPES: readonly unknown[] = ["string", "integer", "boolean"];
/** Properties further down may not be annotated; a path costs its length at each step. */
const MAX_DEPTH = 64;
/** Keywords with a schema, or several in an array, that need not apply to every call. */
const CONDITIONAL_KEYWORDS: ReadonlySet<string> = new Set([
  "items",
  "prefixItems",
  "contains",
  "additionalProperties",
  "unevaluatedItems",
  "unevaluatedProperties",
  "propertyNames",
  "oneOf",
  "anyOf",
  "allOf",
  "not",
  "if",
  "then",
  "else",
]);
/** The same by name. */
const CONDITIONAL_MAPS: ReadonlySet<string> = new Set([
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

/**
 * All annotated properties of an input schema, or null where one annotation breaks the rules: a
 * header name that is unique whatever its case, on a primitive property that is reached through
 * `properties` alone. Walked with a list instead of recursion: the depth of a schema is its
 * author's.
 */
function mirroredProperties(inputSchema: unknown): Mirrored[] | null {
  const found: Mirrored[] = [];
  const taken = new Set<string>();
  const waiting: { schema: unknown; path: readonly string[] | null }[] = [
    { schema: inputSchema, path: [] },
  ];
  for (const { schema, path } of waiting) {
    if (!isObject(schema)) continue;
    if (ANNOTATION in schema) {
      const header = schema[ANNOTATION];
      if (path === null || path.length === 0 || !MIRRORED_TYPES.includes(schema.type)) return null;
      if (typeof header !== "string" || !TOKEN.test(header)) return null;
      if (taken.has(header.toLowerCase())) return null;
      taken.add(header.toLowerCase());
      found.push({ header: `Mcp-Param-${header}`, path });
    }
    const isDeep = path === null || path.length >= MAX_DEPTH;
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === "properties" && isObject(value)) {
        for (const [name, property] of Object.entries(value)) {
          waiting.push({ schema: property, path: isDeep ? null : [...path, name] });
        }
      } else if (CONDITIONAL_MAPS.has(keyword) && isObject(value)) {
        for (const child of Object.values(value)) waiting.push({ schema: child, path: null });
      } else if (CONDITIONAL_KEYWORDS.has(keyword)) {
        for (const child of [value].flat()) waiting.push({ schema: child, path: null });
      }
    }
  }
  return found;
}

/** The value of a property that is to be in a header, or null where there is none to write. */
function valueAt(args: unknown, path: readonly string[]): string | number | boolean | null {
  let value = args;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}

/** A number that JSON has already rounded is not repeated: it would claim to be exact. */
const isExact = (value: string | number | boolean): boolean =>
  typeof value !== "number" ||
  (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value));

/** The headers that go with a call of a tool; none where its annotations break the rules. */
export function parameterHeaders(inputSchema: unknown, args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of mirroredProperties(inputSchema) ?? []) {
    const value = valueAt(args, path);
    if (value !== null && isExact(value)) headers[header] = encodeHeaderValue(String(value));
  }
  return headers;
}

/**
 * Compares the headers that came with a call with its arguments. A header without a value to go
 * with is a mismatch as well: what stands between may have acted on it.
 *
 * @returns null where they agree, else what is wrong, as a sentence
 */
export function checkParameterHeaders(
  inputSchema: unknown,
  args: unknown,
  headers: IncomingHeaders,
): string | null {
  for (const { header, path } of mirroredProperties(inputSchema) ?? []) {
    const value = valueAt(args, path);
    const given = headers[header.toLowerCase()];
    if (value === null) {
      if (given !== undefined) return `The header ${header} does not match the message.`;
    } else if (isExact(value)) {
      const wrong = mismatch(header, given, (text) => isSameValue(text, value));
      if (wrong !== null) return wrong;
    }
  }
  return null;
}

/** Numbers are compared as such: 42.0 is 42. */
const isSameValue = (text: string, value: string | number | boolean): boolean =>
  typeof value === "number" ? text.trim() !== "" && Number(text) === value : text === String(value);

/** Whether a tool of an HTTP server has to be left out, because of how it asks for headers. */
export const hasInvalidHeaderAnnotation = (tool: JsonObject): boolean =>
  mirroredProperties(tool.inputSchema) === null;
