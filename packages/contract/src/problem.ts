import { z } from "zod";

/** What went wrong, as a person reads it: an entry of the error table, filled. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  wayOut: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Problem = z.infer<typeof problem>;
