import { headerName } from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import { isReservedHeader } from "../header-text.ts";
import type { ArgumentList } from "./arguments.ts";
import type { JsonSchema, SchemaWriter } from "./schemas.ts";
import { textOf } from "./texts.ts";
import { Unfit } from "./unfit.ts";

/** What an operation's parameters are read into. */
export interface Reading {
  arguments: ArgumentList;
  writer: SchemaWriter;
  losses: Set<string>;
}

interface Parameter {
  name: string;
  in: string;
  required: boolean;
  description: string | null;
  style: string;
  explode: boolean;
  schema: unknown;
}

/** Headers that say what this document says elsewhere (OpenAPI 3.1, Parameter Object). */
const SAID_ELSEWHERE = ["accept", "content-type", "authorization"];

const MOST_PARAMETERS = 500;

/** How several values stand in one text, by style. */
const BETWEEN: ReadonlyMap<string, string> = new Map([
  ["spaceDelimited", "spaces"],
  ["pipeDelimited", "“|”"],
]);

/**
 * The parameters of a path and of one operation in it, which wins.
 *
 * @param isInPath whether the path has a place of this name
 * @throws Unfit
 */
export function readParameters(
  lists: readonly unknown[],
  reading: Reading,
  isInPath: (name: string) => boolean,
): void {
  const all = new Map<string, Parameter>();
  for (const list of lists) {
    if (!Array.isArray(list)) continue;
    if (list.length > MOST_PARAMETERS) {
      throw new Unfit(`It has more than ${MOST_PARAMETERS} parameters.`);
    }
    for (const given of list) {
      const parameter = parameterOf(reading.writer.references.resolve(given));
      all.set(JSON.stringify([parameter.in, parameter.name]), parameter);
    }
  }
  for (const parameter of all.values()) {
    if (parameter.in !== "path" || isInPath(parameter.name)) addParameter(parameter, reading);
  }
}

function parameterOf(value: unknown): Parameter {
  if (!isObject(value) || typeof value.name !== "string" || typeof value.in !== "string") {
    throw new Unfit("A parameter of it has no name or no place.");
  }
  const style = textOf(value.style) ?? (["query", "cookie"].includes(value.in) ? "form" : "simple");
  return {
    name: value.name,
    in: value.in,
    required: value.required === true || value.in === "path",
    description: textOf(value.description),
    style,
    explode: typeof value.explode === "boolean" ? value.explode : style === "form",
    schema: value.schema ?? contentSchema(value),
  };
}

/** One that is written as JSON is a text to us. */
const contentSchema = ({ content }: JsonObject): unknown => {
  if (!isObject(content)) return {};
  return { type: "string", description: `Written as ${Object.keys(content).join(" or ")}.` };
};

function addParameter(parameter: Parameter, reading: Reading): void {
  const { name, in: place, schema } = parameter;
  const { writer, losses } = reading;
  if (place === "cookie") {
    losses.add(`The cookie “${name}” is not sent.`);
    return;
  }
  if (place !== "path" && place !== "query" && place !== "header") {
    throw new Unfit(`The parameter “${name}” has no known place.`);
  }
  if (place === "header" && SAID_ELSEWHERE.includes(name.toLowerCase())) return;
  if (place === "header" && (isReservedHeader(name) || !headerName.safeParse(name).success)) {
    losses.add(`“${name}” is no header that a tool can send, and is left out.`);
    return;
  }
  if (place === "path" && parameter.style !== "simple") {
    throw new Unfit(`“${name}” is written into its path in the style “${parameter.style}”.`);
  }
  const add = (written: JsonSchema): void => {
    const described = withDescription(written, parameter.description);
    reading.arguments.add({ name, in: place, schema: described, required: parameter.required });
  };
  switch (kindOf(writer.references.resolve(schema))) {
    case "object":
      addMembers(parameter, place, reading);
      return;
    case "array": {
      // In a path and a header they stand with commas between them, in a query each by itself.
      if (place !== "query" || (parameter.style === "form" && parameter.explode)) break;
      const between = `with ${BETWEEN.get(parameter.style) ?? "commas"} between them`;
      losses.add(`The values of “${name}” are one text, ${between}.`);
      add({ type: "string", description: `Values ${between}.` });
      return;
    }
    default:
  }
  add(writer.write(schema));
}

/** An object in the query: an argument for each member, as far as they are known. */
function addMembers(
  parameter: Parameter,
  place: "path" | "query" | "header",
  reading: Reading,
): void {
  const { writer, losses } = reading;
  const schema = writer.references.resolve(parameter.schema);
  const members = isObject(schema) && isObject(schema.properties) ? schema.properties : {};
  const isDeep = parameter.style === "deepObject";
  const isKnown =
    place === "query" &&
    Object.keys(members).length > 0 &&
    (isDeep || (parameter.style === "form" && parameter.explode));
  if (!isKnown) {
    const what = `“${parameter.name}” is an object, which a tool cannot write in the style “${parameter.style}”.`;
    if (parameter.required) throw new Unfit(what);
    losses.add(`${what} It is left out.`);
    return;
  }
  const required = isObject(schema) && Array.isArray(schema.required) ? schema.required : [];
  for (const [member, given] of Object.entries(members)) {
    const kind = kindOf(writer.references.resolve(given));
    if (kind === "object" || (kind === "array" && isDeep)) {
      losses.add(`“${member}” of “${parameter.name}” is left out: it has members of its own.`);
      continue;
    }
    reading.arguments.add({
      name: isDeep ? `${parameter.name}[${member}]` : member,
      in: place,
      schema: writer.write(given),
      required: parameter.required && required.includes(member),
    });
  }
}

/** Whether a value of this schema is written as one text, as several, or by its members. */
export function kindOf(schema: unknown): "object" | "array" | "plain" {
  if (!isObject(schema)) return "plain";
  const types = [schema.type].flat();
  if (types.includes("array") || schema.items !== undefined) return "array";
  return types.includes("object") || isObject(schema.properties) ? "object" : "plain";
}

export const withDescription = (schema: JsonSchema, description: string | null): JsonSchema =>
  description === null || typeof schema === "boolean" || schema.description !== undefined
    ? schema
    : { ...schema, description };
