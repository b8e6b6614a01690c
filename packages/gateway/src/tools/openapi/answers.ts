import { isObject, type JsonObject } from "@local-mcp/engine";
import { isJson } from "./bodies.ts";
import type { OpenApiDocument } from "./document.ts";
import { type JsonSchema, SchemaWriter } from "./schemas.ts";
import { Unfit } from "./unfit.ts";

/**
 * What an operation answers, where that is always the same kind of JSON object. Null otherwise: a tool
 * with a schema for its results has to keep to it.
 */
export function readAnswer(
  document: OpenApiDocument,
  responses: unknown,
  losses: Set<string>,
): (JsonObject & { type: "object" }) | null {
  if (!isObject(responses)) return null;
  const writer = new SchemaWriter(document, "output");
  try {
    const good = Object.keys(responses).filter((status) => /^2(\d\d|XX)$/i.test(status));
    const [first, ...others] = good.map((status) => jsonOf(responses[status], writer));
    if (first === undefined || first === null) return null;
    const isOne = others.every((other) => isSame(other, first));
    if (!isOne || !isObjectSchema(first, writer)) return null;
    const schema: JsonSchema = writer.write(writer.references.resolve(first));
    if (typeof schema === "boolean") return null;
    return { ...schema, type: "object", ...writer.definitions() };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    losses.add(`What it answers is not described to clients: ${error.message}`);
    return null;
  }
}

/** The schema of a JSON answer; null where it is not JSON alone. */
function jsonOf(given: unknown, { references }: SchemaWriter): unknown {
  const response = references.resolve(given);
  if (!isObject(response) || !isObject(response.content)) return null;
  const all = Object.entries(response.content);
  const [, json] = all.find(([type]) => isJson(type)) ?? [];
  return isObject(json) ? (json.schema ?? null) : null;
}

const isSame = (one: unknown, other: unknown): boolean =>
  isObject(one) && isObject(other) && typeof one.$ref === "string" && one.$ref === other.$ref;

/** Whether only objects are of this schema. */
function isObjectSchema(given: unknown, writer: SchemaWriter, depth = 0): boolean {
  const schema = writer.references.resolve(given);
  if (!isObject(schema) || schema.nullable === true || depth > 20) return false;
  if (schema.type !== undefined) return schema.type === "object";
  if (isObject(schema.properties)) return true;
  const { allOf } = schema;
  return Array.isArray(allOf) && allOf.some((part) => isObjectSchema(part, writer, depth + 1));
}
