import { z } from "zod";
import { title } from "./names.ts";
import { secretOnce } from "./secret-fields.ts";

/** use: call profiles · manage: configuration, export, import, backup, logs · processes: start stdio servers. */
export const tokenRight = z.enum(["use", "manage", "processes"]);
export type TokenRight = z.infer<typeof tokenRight>;

export const tokenCreate = z
  .object({
    name: title,
    /** Slug; without one the token is valid for every profile. */
    profile: z.string().nullable().default(null),
    rights: z.array(tokenRight).min(1, "A token needs at least one right.").default(["use"]),
  })
  .refine(({ profile, rights }) => profile === null || rights.every((right) => right === "use"), {
    message: "A token for one profile can only use it. Leave the profile out, or the other rights.",
  });

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  /** `lmg_…` and the last four characters. */
  hint: z.string(),
  profile: z.string().nullable(),
  rights: z.array(tokenRight),
  createdAt: z.number().int(),
  lastUsedAt: z.number().int().nullable(),
});
export type TokenView = z.infer<typeof tokenView>;

/** The only answer that ever holds a token, once. */
export const tokenCreated = tokenView.extend({ token: secretOnce(z.string()) });
