import { GatewayError } from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import { parseDocument } from "yaml";
import { parseJson } from "../../json.ts";

/** An OpenAPI document as it was written: its parts are checked where they are read. */
export interface OpenApiDocument {
  root: JsonObject;
  /** 3.0 has a dialect of JSON Schema of its own. */
  version: "3.0" | "3.1";
}

const WHAT = "OpenAPI document";

const OPTIONS = {
  // Of YAML 1.1, and in documents all the same.
  merge: true,
  stringKeys: true,
  // As in JSON the last one counts; to look for others takes the square of their number.
  uniqueKeys: false,
  logLevel: "silent",
} as const;

/** How often YAML may repeat what stands elsewhere in it: what is repeated may repeat in turn. */
const MOST_ALIASES = 10_000;

/**
 * Reads JSON or YAML. Nothing is fetched.
 *
 * @throws GatewayError malformed_json, openapi_unreadable, openapi_too_old
 */
export function readDocument(text: string): OpenApiDocument {
  if (text.trim() === "") throw unreadable("it is empty");
  if (/^\uFEFF?\s*</.test(text)) throw unreadable("it is HTML or XML");
  const root = /^\uFEFF?\s*\{/.test(text) ? parseJson(text, WHAT) : parseYaml(text);
  if (!isObject(root)) throw unreadable("it is not an object");
  if ("swagger" in root) {
    throw new GatewayError("openapi_too_old", { version: String(root.swagger).slice(0, 20) });
  }
  const version = /^3\.[01](?=\.|$)/.exec(String(root.openapi))?.[0];
  if (version === "3.0" || version === "3.1") return { root, version };
  if (root.openapi === undefined) throw unreadable("it has no “openapi” with its version");
  throw unreadable(`its “openapi” is ${JSON.stringify(root.openapi).slice(0, 20)}`);
}

function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, OPTIONS);
    const [error] = document.errors;
    if (error === undefined) return document.toJS({ maxAliasCount: MOST_ALIASES });
    const [at] = error.linePos ?? [];
    throw unreadable(at ? `line ${at.line}, column ${at.col} is not YAML` : "it is not YAML");
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    // What is left are its limits: the stack for nesting, the count of aliases.
    throw unreadable("it is nested too deep, or repeats too much of itself", error);
  }
}

const unreadable = (detail: string, cause?: unknown): GatewayError =>
  new GatewayError("openapi_unreadable", { detail }, { cause });
