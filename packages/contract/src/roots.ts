import { z } from "zod";
import { tags } from "./tags.ts";

/**
 * A folder or address that servers may be told to work in. A path of Windows is kept as it was
 * given: nothing but the server it is told to has to understand it.
 */
export const rootUri = z
  .string()
  .max(2048)
  .regex(
    /^(file|https?):\/\/\S.*$/is,
    "A root begins with file://, https:// or http://: a folder as file:///home/me/docs or file:///C:/Users/me/docs.",
  )
  // oxlint-disable-next-line no-control-regex -- the control characters are the point
  .refine((uri) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(uri), "A root is one line of text.")
  .refine(
    (uri) => !/^https?:\/\/[^/?#]*@/i.test(uri),
    "A root is told to servers as it is, so it names no user and no password.",
  );

export const rootCreate = z.object({
  uri: rootUri,
  name: z.string().trim().min(1).max(200).nullable().default(null),
  tags: tags.default([]),
  enabled: z.boolean().default(true),
  /** Profiles that get it, by slug. */
  profiles: z.array(z.string()).default([]),
});
export type RootCreate = z.infer<typeof rootCreate>;

/** Absent keeps. */
export const rootUpdate = z
  .object({
    uri: rootUri,
    name: z.string().trim().min(1).max(200).nullable(),
    tags,
    enabled: z.boolean(),
  })
  .partial();
export type RootUpdate = z.infer<typeof rootUpdate>;

export const rootView = z.object({
  id: z.string(),
  uri: z.string(),
  name: z.string().nullable(),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  /** Slugs of the profiles that have it. */
  profiles: z.array(z.string()),
  /** How many resources are files inside it. */
  resources: z.number().int(),
  /** ms since 1970. */
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type RootView = z.infer<typeof rootView>;
