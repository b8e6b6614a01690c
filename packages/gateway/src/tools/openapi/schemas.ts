import { isObject, type JsonObject } from "@local-mcp/engine";
import type { OpenApiDocument } from "./document.ts";
import { References } from "./references.ts";
import { Unfit } from "./unfit.ts";

export type JsonSchema = JsonObject | boolean;

/** Of what one tool takes or gives, characters: clients hand all of it to a model. */
const MOST_CHARACTERS = 128 * 1024;
const MOST_NESTED = 100;

const ONE = setOf(
  "additionalProperties items contains not propertyNames if then else " +
    "unevaluatedItems unevaluatedProperties",
);
const MANY = setOf("allOf anyOf oneOf prefixItems");
const NAMED = setOf("properties patternProperties dependentSchemas");
const NUMBERS = setOf(
  "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength " +
    "maxLength minItems maxItems minProperties maxProperties minContains " +
    "maxContains",
);
const TYPES = setOf("string number integer boolean object array null");
/** What only OpenAPI knows, and what names places that are others once a schema stands alone. */
const LEFT_OUT = setOf(
  "discriminator xml externalDocs nullable example $schema $id $anchor " +
    "$dynamicAnchor $dynamicRef $defs definitions $comment $vocabulary",
);

/**
 * Writes schemas of a document as JSON Schema 2020-12. What they refer to becomes `$defs`, once each,
 * so that circles stay references and the whole stays bounded. For one schema that stands alone: use
 * a new one for the next.
 */
export class SchemaWriter {
  readonly references: References;
  /** What of them could not be kept, as sentences. */
  readonly losses = new Set<string>();
  readonly #version: OpenApiDocument["version"];
  /** What is left out: members that only the other side sends. */
  readonly #others: "readOnly" | "writeOnly";
  /** By their place in the document. */
  readonly #definitions = new Map<string, { name: string; schema: JsonSchema | null }>();
  readonly #names = new Set<string>();
  #room = MOST_CHARACTERS;

  constructor({ root, version }: OpenApiDocument, direction: "input" | "output") {
    this.references = new References(root);
    this.#version = version;
    this.#others = direction === "input" ? "readOnly" : "writeOnly";
  }

  /** @throws Unfit where it refers to what is not there, or is too big or nested too deep */
  write(schema: unknown, depth = 0): JsonSchema {
    if (typeof schema === "boolean") return schema;
    if (!isObject(schema)) return {};
    this.#enter(depth);
    if (typeof schema.$ref !== "string") return this.#alone(schema, depth);
    const reference = { $ref: this.#defined(schema.$ref) };
    const { $ref: _, ...beside } = schema;
    if (this.#version === "3.1") return { ...this.#alone(beside, depth), ...reference };
    // In 3.0 nothing beside a reference counts; what people are told does no harm.
    return typeof beside.description === "string"
      ? { ...reference, description: this.#copy(beside.description, depth) }
      : reference;
  }

  /** Whether a member of an object is one that only the other side sends. @throws Unfit */
  isOthers(member: unknown): boolean {
    return [member, this.references.resolve(member)].some(
      (schema) => isObject(schema) && schema[this.#others] === true,
    );
  }

  /** What belongs at the root of what was written: `$defs`, where anything was referred to. @throws Unfit */
  definitions(): { $defs?: JsonObject } {
    // Each one may refer to further ones; a map shows those that come while it is gone through.
    for (const [reference, definition] of this.#definitions) {
      definition.schema ??= this.write(this.references.at(reference));
    }
    const all = [...this.#definitions.values()];
    if (all.length === 0) return {};
    return { $defs: Object.fromEntries(all.map(({ name, schema }) => [name, schema ?? {}])) };
  }

  #defined(reference: string): string {
    const known = this.#definitions.get(reference);
    if (known !== undefined) return `#/$defs/${known.name}`;
    this.references.at(reference);
    const name = this.#nameFor(reference);
    this.#definitions.set(reference, { name, schema: null });
    return `#/$defs/${name}`;
  }

  #nameFor(reference: string): string {
    const last = reference.slice(reference.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9_]+/g, "_");
    const wanted = last.replace(/^_+/, "").slice(0, 64) || "schema";
    const name = freeName(wanted, this.#names);
    this.#names.add(name);
    return name;
  }

  #alone(schema: JsonObject, depth: number): JsonObject {
    const keywords = this.#keywords(schema, depth);
    if (schema.nullable !== true) return keywords;
    const { type } = keywords;
    const isSimple = typeof type === "string" && ![...MANY].some((key) => key in keywords);
    if (!isSimple) return { anyOf: [keywords, { type: "null" }] };
    const { enum: values } = keywords;
    return {
      ...keywords,
      type: [type, "null"],
      ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
    };
  }

  #keywords(schema: JsonObject, depth: number): JsonObject {
    const written = Object.entries(this.#modern(schema)).flatMap(([key, value]) => {
      if (LEFT_OUT.has(key) || key.startsWith("x-")) return [];
      this.#take(key.length);
      const kept = this.#keyword(key, value, { schema, depth });
      if (kept !== undefined) return [[key, kept] as const];
      this.losses.add(`A “${key}” of its schemas is not valid and is left out.`);
      return [];
    });
    return Object.fromEntries(written);
  }

  /** With what the dialect of 3.0 says otherwise. */
  #modern(schema: JsonObject): JsonObject {
    const { exclusiveMinimum, exclusiveMaximum, minimum, maximum, example, ...rest } = schema;
    return {
      ...rest,
      ...bound("minimum", minimum, "exclusiveMinimum", exclusiveMinimum),
      ...bound("maximum", maximum, "exclusiveMaximum", exclusiveMaximum),
      ...(example === undefined || "examples" in rest ? {} : { examples: [example] }),
    };
  }

  /** Undefined where it is not what the keyword asks for. */
  #keyword(key: string, value: unknown, at: { schema: JsonObject; depth: number }): unknown {
    const deeper = at.depth + 1;
    if (ONE.has(key)) return this.write(value, deeper);
    if (MANY.has(key)) {
      if (!Array.isArray(value) || value.length === 0) return undefined;
      return value.map((one) => this.write(one, deeper));
    }
    if (NAMED.has(key)) return isObject(value) ? this.#named(value, deeper) : undefined;
    if (NUMBERS.has(key)) return typeof value === "number" ? value : undefined;
    if (key === "type") return typeOf(value);
    if (key === "pattern") return isPattern(value) ? value : undefined;
    if (key === "required")
      return Array.isArray(value) ? this.#required(value, at.schema) : undefined;
    if (key === "enum" || key === "examples") {
      if (!Array.isArray(value) || value.length === 0) return undefined;
    }
    return this.#copy(value, deeper);
  }

  #named(members: JsonObject, depth: number): JsonObject {
    return Object.fromEntries(
      Object.entries(members).flatMap(([name, member]) => {
        if (name === "__proto__" || this.isOthers(member)) return [];
        this.#take(name.length);
        return [[name, this.write(member, depth)]];
      }),
    );
  }

  #required(names: unknown[], schema: JsonObject): string[] {
    const { properties } = schema;
    const isKept = (name: unknown): name is string =>
      typeof name === "string" &&
      name !== "__proto__" &&
      !(isObject(properties) && Object.hasOwn(properties, name) && this.isOthers(properties[name]));
    const kept = [...new Set(names.filter(isKept))];
    for (const name of kept) this.#take(name.length);
    return kept;
  }

  /** A value that is no schema. */
  #copy(value: unknown, depth: number): unknown {
    this.#enter(depth);
    if (typeof value === "string") this.#take(value.length);
    if (Array.isArray(value)) return value.map((one) => this.#copy(one, depth + 1));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) => {
        if (key === "__proto__") return [];
        this.#take(key.length);
        return [[key, this.#copy(member, depth + 1)]];
      }),
    );
  }

  #enter(depth: number): void {
    if (depth > MOST_NESTED) throw new Unfit("Its schemas are nested too deep.");
    this.#take(4);
  }

  #take(characters: number): void {
    this.#room -= characters;
    if (this.#room < 0) throw new Unfit("Its schemas are too big for a tool.");
  }
}

/** The words of a text. */
export function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}

/** A name that is not taken, with a number behind it where that is needed. */
export function freeName(wanted: string, taken: { has(name: string): boolean }): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}_${number}`;
  return name;
}

/** In 3.0 “exclusive” is a flag on the bound; since 3.1 it is the bound. */
function bound(name: string, value: unknown, exclusive: string, flag: unknown): JsonObject {
  if (flag === true && value !== undefined) return { [exclusive]: value };
  return {
    ...(value === undefined ? {} : { [name]: value }),
    ...(flag === undefined || typeof flag === "boolean" ? {} : { [exclusive]: flag }),
  };
}

function typeOf(value: unknown): unknown {
  const types = [value].flat();
  return types.length > 0 && types.every((type) => typeof type === "string" && TYPES.has(type))
    ? value
    : undefined;
}

/** Documents have patterns of other languages, too. */
function isPattern(value: unknown): value is string {
  if (typeof value !== "string") return false;
  try {
    return new RegExp(value, "u").source !== "";
  } catch {
    return false;
  }
}
