import { z } from "zod";
import { exposedName, profileSlug, title } from "./names.ts";

/** How tools and prompts are named for clients: as the server does, or always with its name. */
export const namePolicy = z.enum(["on_collision", "always_prefix"]);
export type NamePolicy = z.infer<typeof namePolicy>;

export const profileCreate = z.object({
  slug: profileSlug,
  name: title.optional(),
  description: z.string().max(2000).default(""),
  /** Servers by name, in order. */
  servers: z.array(z.string()).default([]),
  namePolicy: namePolicy.default("on_collision"),
  /** Lets any program on this computer use the profile without a token. */
  allowWithoutToken: z.boolean().default(false),
});
export type ProfileCreate = z.infer<typeof profileCreate>;

export const profileUpdate = z.object({
  slug: profileSlug.optional(),
  name: title.optional(),
  description: z.string().max(2000).optional(),
  /** The whole list, by name, in order; servers left out leave the profile. */
  servers: z.array(z.string()).optional(),
  namePolicy: namePolicy.optional(),
  allowWithoutToken: z.boolean().optional(),
});
export type ProfileUpdate = z.infer<typeof profileUpdate>;

export const profileView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  active: z.boolean(),
  url: z.string().nullable(),
  namePolicy: namePolicy,
  allowWithoutToken: z.boolean(),
  servers: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean() })),
  counts: z.object({
    tools: z.number().int(),
    prompts: z.number().int(),
    resources: z.number().int(),
  }),
  /** What its tool list costs a model's context, roughly. */
  estimatedTokens: z.number().int(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type ProfileView = z.infer<typeof profileView>;

export const capabilityKind = z.enum(["tool", "prompt", "resource"]);
export type CapabilityKind = z.infer<typeof capabilityKind>;

/** A person's choice for one tool, prompt or resource of a server in a profile. */
export const customization = z.object({
  kind: capabilityKind,
  server: z.string(),
  /** Name of the tool or prompt, URI of the resource, as its server calls it. */
  original: z.string(),
  enabled: z.boolean().optional(),
  /** Tools only. Null goes back to what the server says. */
  name: exposedName.nullable().optional(),
  description: z.string().max(10_000).nullable().optional(),
});
export type Customization = z.infer<typeof customization>;

export const capabilityView = z.object({
  kind: capabilityKind,
  /** What clients see: a name, or the URI of a resource. */
  name: z.string(),
  original: z.string(),
  server: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  enabled: z.boolean(),
  renamed: z.enum(["by_you", "collision", "too_long", "policy"]).nullable(),
  describedByYou: z.boolean(),
  /** The definition as the server sent it. */
  definition: z.record(z.string(), z.unknown()),
});
export type CapabilityView = z.infer<typeof capabilityView>;
