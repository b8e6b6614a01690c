import type { OpenApiView } from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import type { References } from "./references.ts";
import { textOf } from "./texts.ts";
import { Unfit } from "./unfit.ts";

export type Security = OpenApiView["auth"];

const MOST = 50;

/** How an API wants to know who asks. */
export function readSecurity(root: JsonObject, references: References): Security {
  const { components } = root;
  if (!isObject(components) || !isObject(components.securitySchemes)) return [];
  const all = Object.entries(components.securitySchemes).slice(0, MOST);
  return all.flatMap(([name, given]) => {
    const scheme = resolved(given, references);
    return scheme === null ? [] : [{ name, ...wayOf(scheme) }];
  });
}

function resolved(given: unknown, references: References): JsonObject | null {
  try {
    const scheme = references.resolve(given);
    return isObject(scheme) ? scheme : null;
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

function wayOf(scheme: JsonObject): Omit<Security[number], "name"> {
  const description = textOf(scheme.description)?.slice(0, 2000) ?? "";
  const other = { type: "other", parameter: null, description } as const;
  if (scheme.type === "http") {
    const type = String(scheme.scheme).toLowerCase();
    return type === "bearer" || type === "basic" ? { ...other, type } : other;
  }
  if (scheme.type !== "apiKey" || typeof scheme.name !== "string") return other;
  return scheme.in === "header" || scheme.in === "query"
    ? { ...other, type: scheme.in, parameter: scheme.name }
    : other;
}

/** Whether every way in is one that a person has to go first. */
export function needsSignIn(required: unknown, known: Security): boolean {
  if (!Array.isArray(required) || required.length === 0) return false;
  const others = new Set(known.filter(({ type }) => type === "other").map(({ name }) => name));
  return required.every(
    (way) => isObject(way) && Object.keys(way).some((name) => others.has(name)),
  );
}
