import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { isRecord } from "../fixtures/json-rpc.ts";
import type { SchemaRevision } from "./revisions.ts";

type Side = "client" | "server";

/** The schema of one revision, asked by definition and by method. */
export interface RevisionSchema {
  /** The definition of a request or notification that this side may send; null where it has none. */
  definitionOf(method: string, side: Side): string | null;
  /** Whether the revision has the definition. */
  has(definition: string): boolean;
  /** What is wrong with the value, a line each. */
  faults(definition: string, value: unknown): string[];
}

const UNIONS: Record<Side, string[]> = {
  client: ["ClientRequest", "ClientNotification"],
  server: ["ServerRequest", "ServerNotification"],
};

/** Numbers, URIs and bytes are formats that MCP leaves to the parties; their shape is not checked. */
const OPTIONS = { strict: false, allErrors: true, validateFormats: false } as const;

/** Loads the schema of a revision from `schemas/`. */
export const loadSchema = (revision: SchemaRevision): RevisionSchema => {
  const path = new URL(`schemas/${revision}.json`, import.meta.url);
  const schema: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isRecord(schema)) throw new Error(`${revision}.json is no schema`);
  const root = isRecord(schema.$defs) ? "$defs" : "definitions";
  const definitions = schema[root];
  if (!isRecord(definitions)) throw new Error(`${revision}.json has no definitions`);

  const ajv = root === "$defs" ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS);
  ajv.addSchema(schema, "mcp");
  const validators = new Map<string, ValidateFunction>();
  const validator = (definition: string): ValidateFunction => {
    const known = validators.get(definition);
    if (known) return known;
    const made = ajv.compile({ $ref: `mcp#/${root}/${definition}` });
    validators.set(definition, made);
    return made;
  };
  const methods = {
    client: methodsOf(definitions, UNIONS.client),
    server: methodsOf(definitions, UNIONS.server),
  };
  return {
    definitionOf: (method, side) => methods[side].get(method) ?? null,
    has: (definition) => definition in definitions,
    faults: (definition, value) => {
      const validate = validator(definition);
      if (validate(value)) return [];
      const found = (validate.errors ?? []).map(
        ({ instancePath, message = "" }) => `${instancePath || "/"} ${message}`,
      );
      return [...new Set(found)].slice(0, 5);
    },
  };
};

/** The definitions of these unions, by the method each names. */
const methodsOf = (definitions: Record<string, unknown>, unions: string[]): Map<string, string> => {
  const found = new Map<string, string>();
  for (const union of unions) {
    for (const name of membersOf(union, definitions[union])) {
      const definition = definitions[name];
      const properties = isRecord(definition) ? definition.properties : undefined;
      const method = isRecord(properties) ? properties.method : undefined;
      if (isRecord(method) && typeof method.const === "string") found.set(method.const, name);
    }
  }
  return found;
};

/** A union of one member is written as that member itself. */
const membersOf = (name: string, union: unknown): string[] => {
  if (!isRecord(union)) return [];
  if (!Array.isArray(union.anyOf)) return [name];
  return union.anyOf
    .map((member: unknown) => (isRecord(member) ? member.$ref : undefined))
    .filter((ref) => typeof ref === "string")
    .map((ref) => ref.slice(ref.lastIndexOf("/") + 1));
};
