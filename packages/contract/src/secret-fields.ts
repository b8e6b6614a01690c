import { z } from "zod";

/**
 * How a secret passes the API. `in`: a person gives it, and no answer holds it. `once`: it is made
 * here, and the answer that made it is the only one that holds it. `never`: what it is called looks
 * secret, and what it holds is not.
 */
export type Passage = "in" | "once" | "never";

/** The one registry of fields that hold a secret. What extends a marked schema is marked too. */
const secretFields = z.registry<{ passage: Passage }>();

/** Marks a copy, so that a schema that is used elsewhere stays as it is. */
const marked = <Schema extends z.ZodType>(schema: Schema, passage: Passage): Schema => {
  const copy = schema.clone();
  secretFields.add(copy, { passage });
  return copy;
};

/** Marks a field that goes in and never comes out. */
export const secretIn = <Schema extends z.ZodType>(schema: Schema): Schema => marked(schema, "in");

/** Marks the one answer that holds a secret which was made for it. */
export const secretOnce = <Schema extends z.ZodType>(schema: Schema): Schema =>
  marked(schema, "once");

/** Says of a field that it holds no secret, whatever its name. */
export const noSecret = <Schema extends z.ZodType>(schema: Schema): Schema =>
  marked(schema, "never");

/** How a field was marked; null where it was not. */
export const passageOf = (schema: z.core.$ZodType): Passage | null =>
  secretFields.get(schema)?.passage ?? null;
