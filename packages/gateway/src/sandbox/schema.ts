import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { TooBig } from "./limits.ts";
import type { SchemaProblem, Validity } from "./messages.ts";
import { problemOfSchema } from "./schema-check.ts";

const MOST_PROBLEMS = 10;

/** What only says that something in it is wrong, which is told by itself. */
const AROUND = new Set([
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "items",
  "prefixItems",
  "additionalItems",
  "unevaluatedItems",
  "dependentSchemas",
  "allOf",
  "if",
  "$ref",
]);

/** Those of a choice of which none fits; the choice itself is told. */
const CHOICE = /\/(anyOf|oneOf)\/\d+(\/|$)/;

export function validate(schema: Schema | boolean, value: unknown): Validity {
  try {
    const { valid, errors } = new Validator(schema, "2020-12", false).validate(value);
    return { valid, problems: valid ? [] : problemsOf(errors).slice(0, MOST_PROBLEMS) };
  } catch (error) {
    if (error instanceof TooBig) throw error;
    return {
      valid: false,
      problems: [{ path: "", message: `The schema cannot be used: ${sentenceOf(error)}` }],
    };
  }
}

function problemsOf(errors: OutputUnit[]): SchemaProblem[] {
  const own = errors.filter(
    ({ keyword, keywordLocation }) => !AROUND.has(keyword) && !CHOICE.test(keywordLocation),
  );
  return (own.length > 0 ? own : errors).map(({ keyword, instanceLocation, error }) => {
    const path = pathOf(instanceLocation);
    const missing = keyword === "required" ? /property "(.*)"\.$/s.exec(error)?.[1] : undefined;
    if (missing !== undefined) {
      return { path: path === "" ? missing : `${path}/${missing}`, message: "It is required." };
    }
    return { path, message: keyword === "false" ? "It is not known here." : sayOf(error) };
  });
}

/** The library begins most of its sentences so. */
const sayOf = (error: string): string => error.replace(/^Instance /, "The value ");

/** `#/pet/na~1me` → `pet/na/me`. */
const pathOf = (location: string): string =>
  location
    .replace(/^#\/?/, "")
    .split("/")
    .map((part) => decoded(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .join("/");

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function checkSchema(schema: unknown): string | null {
  try {
    const problem = problemOfSchema(schema);
    if (problem !== null || typeof schema !== "object" || schema === null) return problem;
    // What it refers to is looked up, and its references are followed with something that fits none.
    new Validator(schema, "2020-12", false).validate(null);
    return null;
  } catch (error) {
    if (error instanceof TooBig) throw error;
    return sentenceOf(error);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof RangeError)
    return "It refers to itself without end, or is nested too deeply.";
  const [said = ""] = error instanceof Error ? error.message.split("\n") : [];
  return said.slice(0, 300);
}
