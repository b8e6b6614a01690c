import { z } from "zod";

/** Slugs that would shadow a route of the gateway. */
const RESERVED_SLUGS = ["mcp", "sse", "info", "gateway", "admin", "api"];

const SLUG = /^[a-z0-9][a-z0-9-]{0,49}$/;

/** Longest name a client is shown. Clients add their own prefix and break at 60 to 64. */
export const MAX_EXPOSED_NAME = 45;

/** The part of a profile's URL that is its own. */
export const profileSlug = z
  .string()
  .regex(SLUG, "A slug has 1 to 50 of a-z, 0-9 and -, and starts with a letter or digit.")
  .refine((slug) => !RESERVED_SLUGS.includes(slug), {
    error: (issue) =>
      `“${String(issue.input)}” is used by the gateway itself; choose another slug.`,
  });

/** What routes, prefixes and the command line call a server. */
export const serverName = z
  .string()
  .regex(SLUG, "A server's name has 1 to 50 of a-z, 0-9 and -, and starts with a letter or digit.");

/** A name that every known client accepts for a tool or prompt. */
export const exposedName = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,45}$/,
    `A name that clients see has 1 to ${MAX_EXPOSED_NAME} of A-Z, a-z, 0-9, _ and -.`,
  );

/** What people call a thing. */
export const title = z.string().trim().min(1).max(200);

/** Turns any text into something `serverName` accepts, or "" where nothing of it can be kept. */
export const slugify = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50)
    .replace(/-+$/, "");
