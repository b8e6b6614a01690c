import type { ToolCreate } from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import { kindOf, type Reading, withDescription } from "./parameters.ts";
import type { References } from "./references.ts";
import { setOf } from "./schemas.ts";
import { textOf } from "./texts.ts";
import { Unfit } from "./unfit.ts";

type Body = ToolCreate["body"];

/** What an object may say of itself and still be a list of its members. */
const OF_MEMBERS = setOf(
  "type properties required additionalProperties allOf title description example " +
    "examples default discriminator xml externalDocs deprecated nullable readOnly " +
    "writeOnly",
);

export const isJson = (type: string): boolean =>
  /^(application\/([\w.-]+\+)?json|\*\/\*|application\/\*)\s*(;|$)/i.test(type);

const TYPES: readonly [Body["type"], (type: string) => boolean][] = [
  ["json", isJson],
  ["form", (type) => /^application\/x-www-form-urlencoded\b/i.test(type)],
  ["text", (type) => /^text\/(plain|\*)\s*(;|$)/i.test(type)],
];

/** The body of a request; null where there is none. @throws Unfit */
export function readBody(given: unknown, method: string, reading: Reading): Body | null {
  const body = reading.writer.references.resolve(given);
  if (!isObject(body) || !isObject(body.content)) return null;
  const required = body.required === true;
  const chosen = choose(body.content);
  const members =
    chosen === null || chosen.type === "text"
      ? null
      : membersOf(chosen.schema, reading.writer.references);
  if (members?.isClosed && members.properties.size === 0) return null;
  if (chosen === null || method === "GET") {
    const types = Object.keys(body.content).join(", ").slice(0, 200);
    const what =
      method === "GET"
        ? "It asks for a body, which a GET cannot have"
        : `It asks for a body of the type ${types}, which a tool cannot send`;
    if (required) throw new Unfit(`${what}.`);
    reading.losses.add(`${what}; it is left out.`);
    return null;
  }
  const { type, schema } = chosen;
  if (members !== null && members.properties.size > 0) {
    addMembers(members, { type, required }, reading);
    return { type, whole: null };
  }
  if (type === "form") {
    if (!required) return null;
    throw new Unfit("It asks for a form whose fields the document does not name.");
  }
  const whole = reading.arguments.add({
    name: "body",
    in: "body",
    schema: withDescription(
      type === "text" ? { type: "string" } : reading.writer.write(schema),
      textOf(body.description),
    ),
    required,
  });
  return { type, whole };
}

function choose(content: JsonObject): { type: Body["type"]; schema: unknown } | null {
  for (const [type, is] of TYPES) {
    const found = Object.entries(content).find(([name]) => is(name));
    if (found !== undefined) return { type, schema: isObject(found[1]) ? found[1].schema : {} };
  }
  return null;
}

interface Members {
  /** By name, with all that is said of each. */
  properties: Map<string, unknown[]>;
  required: Set<unknown>;
  /** Whether it says that there are no others. */
  isClosed: boolean;
}

/** The members of an object that is no more than these; null where it is more, or no object. */
function membersOf(given: unknown, references: References, depth = 0): Members | null {
  const schema = references.resolve(given);
  if (!isObject(schema) || depth > 20) return null;
  const isMore = Object.keys(schema).some((key) => !OF_MEMBERS.has(key) && !key.startsWith("x-"));
  const { additionalProperties: others, allOf } = schema;
  if (isMore || schema.nullable === true || (others !== undefined && others !== false)) return null;
  if (allOf !== undefined && !Array.isArray(allOf)) return null;
  if (schema.type !== undefined && schema.type !== "object") return null;
  const all: Members = {
    properties: new Map(),
    required: new Set(Array.isArray(schema.required) ? schema.required : []),
    isClosed: others === false,
  };
  for (const part of allOf ?? []) {
    const members = membersOf(part, references, depth + 1);
    if (members === null) return null;
    for (const [name, said] of members.properties) say(all, name, said);
    for (const name of members.required) all.required.add(name);
  }
  const own = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  for (const [name, one] of own) say(all, name, [one]);
  return all;
}

function say({ properties }: Members, name: string, said: unknown[]): void {
  properties.set(name, [...(properties.get(name) ?? []), ...said]);
}

function addMembers(
  { properties, required }: Members,
  body: { type: Body["type"]; required: boolean },
  { arguments: list, writer, losses }: Reading,
): void {
  for (const [name, said] of properties) {
    if (name === "__proto__" || said.some((one) => writer.isOthers(one))) continue;
    if (body.type === "form" && said.some((one) => isNested(one, writer.references))) {
      losses.add(`The field “${name}” of its form is left out: it has members of its own.`);
      continue;
    }
    const schema = writer.write(said.length === 1 ? said[0] : { allOf: said });
    list.add({ name, in: "body", schema, required: required.has(name) });
  }
  if (!body.required && required.size > 0) {
    losses.add("Its body could be left out; what has to be in one is always asked for.");
  }
}

const isNested = (schema: unknown, references: References): boolean =>
  kindOf(references.resolve(schema)) === "object";
