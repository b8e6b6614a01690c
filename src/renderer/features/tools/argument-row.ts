import type { HttpMethod, ToolView } from "@local-mcp/contract";
import { jsonObject, type JsonObject } from "../../components/json-text.ts";

export type Place = "auto" | "path" | "query" | "header" | "body";

/** One argument of a tool, as a row of its form. */
export interface ArgumentRow {
  /** Stays the same while the row is edited. */
  key: string;
  name: string;
  required: boolean;
  /** JSON Schema of its value; what the form has no field for stays in it. */
  schema: JsonObject;
  place: Place;
  /** What it is called there; empty: as the argument. */
  sentAs: string;
}

/** An input schema as rows, and what of it is in none of them. */
export interface ArgumentRows {
  rows: ArgumentRow[];
  rest: JsonObject;
}

type Places = ToolView["arguments"];

/** The rows of a schema. Null where the form would lose some of it. */
export function rowsOf(schema: JsonObject, places: Places): ArgumentRows | null {
  const { properties = {}, required = [], ...rest } = schema;
  const read = jsonObject.safeParse(properties);
  if (!read.success || !Array.isArray(required)) return null;
  const rows: ArgumentRow[] = [];
  for (const [name, value] of Object.entries(read.data)) {
    const own = jsonObject.safeParse(value);
    if (!own.success) return null;
    const place = places[name];
    rows.push({
      key: name,
      name,
      required: required.includes(name),
      schema: own.data,
      place: place?.in ?? "auto",
      sentAs: place?.name ?? "",
    });
  }
  // An argument that is required and not described has no row.
  return required.every((name) => rows.some((row) => row.name === name)) ? { rows, rest } : null;
}

export const newArgument = (rows: readonly ArgumentRow[], name = ""): ArgumentRow => ({
  key: `new ${rows.length} ${name}`,
  name,
  required: true,
  schema: { type: "string" },
  place: "auto",
  sentAs: "",
});

/** The JSON Schema that rows amount to. */
export function schemaOf({ rows, rest }: ArgumentRows): JsonObject {
  const required = rows.filter((row) => row.required).map(({ name }) => name);
  return {
    type: "object",
    ...rest,
    properties: Object.fromEntries(rows.map(({ name, schema }) => [name, schema])),
    ...(required.length > 0 && { required }),
  };
}

/** Where arguments go that do not go where they would by themselves. */
export const placesOf = (rows: readonly ArgumentRow[]): Places =>
  Object.fromEntries(
    rows.flatMap(({ name, place, sentAs }) =>
      place === "auto"
        ? []
        : [[name, { in: place, ...(sentAs.trim() !== "" && { name: sentAs.trim() }) }]],
    ),
  );

/** Names that stand in braces in the path of a URL, in its order. */
export const namesInUrl = (url: string): string[] => [
  ...new Set(
    [...(/^[^?#]*/.exec(url)?.[0] ?? "").matchAll(/\{([^{}/]+)\}/g)].map(([, name = ""]) => name),
  ),
];

/** Where an argument goes by itself. */
export function placeOfItself(name: string, url: string, method: HttpMethod): Place {
  if (namesInUrl(url).includes(name)) return "path";
  return method === "GET" || method === "DELETE" ? "query" : "body";
}

/** What is wrong with the rows, by `inputSchema:KEY`. */
export function argumentProblems(rows: readonly ArgumentRow[]): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { key, name } of rows) {
    const isTwice = rows.some((other) => other.key !== key && other.name === name);
    if (name === "") problems[`inputSchema:${key}`] = "Give it a name.";
    else if (isTwice) problems[`inputSchema:${key}`] = `“${name}” stands here more than once.`;
  }
  return problems;
}

/** The arguments with a row for each that the URL names. */
export function withUrlArguments(rows: ArgumentRows, url: string): ArgumentRows {
  const missing = namesInUrl(url).filter((name) => !rows.rows.some((row) => row.name === name));
  return missing.length === 0
    ? rows
    : {
        ...rows,
        rows: [...rows.rows, ...missing.map((name) => newArgument(rows.rows, name))],
      };
}
