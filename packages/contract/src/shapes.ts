import { z } from "zod";
import { tagFilter } from "./tags.ts";

// What many procedures take or give.

export const nothing = z.object({}).optional();
export const done = z.object({ ok: z.literal(true) });
/** Those with tags, or all. */
export const tagged = tagFilter.optional();
