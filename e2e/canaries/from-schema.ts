import { z } from "zod";

/** Texts to try for a field, as fields.ts of the contract calls it, the best first. */
export type TextsFor = (path: string) => string[];

const NUMBERS = [1, 0, 443, 1024, 10_000, 1_000_000];
/** Names that a record's keys may have, whatever they are: variables, headers, marks. */
const KEYS = ["K0", "K1", "K2", "K3"];

const under = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

const accepted = (schema: z.core.$ZodType, candidates: unknown[], path: string): unknown[] => {
  const fitting = candidates.find((candidate) => z.safeParse(schema, candidate).success);
  if (fitting === undefined) throw new Error(`nothing fits the field “${path}”`);
  return [fitting];
};

/** As many objects as the field with the most values needs, so that each value is in one of them. */
const objects = (fields: [name: string, values: unknown[]][]): unknown[] => {
  const count = Math.max(1, ...fields.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, at) =>
    Object.fromEntries(
      fields
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => [name, values[at % values.length]]),
    ),
  );
};

/**
 * Values that a schema accepts: one of each branch of its unions, with everything in them that is
 * optional, and a text of the caller's choice in every field that takes text.
 */
export const madeFrom = (schema: z.core.$ZodType, texts: TextsFor, path = ""): unknown[] => {
  const made = (inner: z.core.$ZodType, name = ""): unknown[] =>
    madeFrom(inner, texts, name === "" ? path : under(path, name));
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly
  ) {
    return made(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return made(schema.in);
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape);
    return objects(fields.map(([name, field]) => [name, made(field, name)]));
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => made(option));
  if (schema instanceof z.ZodArray) return [made(schema.element, "*")];
  if (schema instanceof z.ZodRecord) {
    const values = made(schema.valueType, "*");
    return [Object.fromEntries(KEYS.map((key, at) => [key, values[at % values.length]]))];
  }
  if (schema instanceof z.ZodLiteral) return [...schema.values].slice(0, 1);
  if (schema instanceof z.ZodEnum) return schema.options.slice(0, 2);
  if (schema instanceof z.ZodBoolean) return [true, false];
  if (schema instanceof z.ZodNumber) return accepted(schema, NUMBERS, path);
  if (schema instanceof z.ZodNull) return [null];
  return accepted(schema, texts(path), path);
};
