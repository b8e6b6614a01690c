import { z } from "zod";

/** What people sort things by. */
export const tag = z
  .string()
  .trim()
  .regex(/^[^\s,][^,]{0,49}$/, "A tag has 1 to 50 characters, and no comma.");

/** Of one thing, each once, in the order given. */
export const tags = z
  .array(tag)
  .max(50)
  .refine((all) => new Set(all).size === all.length, "A tag is there twice.");

/** In a query of REST one value arrives as text, and several may come with commas between them. */
const queryTags = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(",")))
  .pipe(z.array(tag).max(50));

/** Which of many are asked for; without tags all of them. */
export const tagFilter = z.object({
  tags: queryTags.optional(),
  /** Those with one of the tags, or with each of them. */
  match: z.enum(["any", "all"]).default("any"),
});
export type TagFilter = z.input<typeof tagFilter>;

/** Whether something with these tags is asked for. */
export const hasTags = (own: readonly string[], wanted: TagFilter | undefined): boolean => {
  const { tags: asked = [], match } = tagFilter.parse(wanted ?? {});
  if (asked.length === 0) return true;
  return match === "all"
    ? asked.every((one) => own.includes(one))
    : asked.some((one) => own.includes(one));
};
