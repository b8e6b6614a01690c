import { z } from "zod";
import { exposedName, profileSlug, title } from "./names.ts";
import { healthUrl } from "./servers.ts";
import { tags } from "./tags.ts";

/** How tools and prompts are named for clients: as the server does, or always with its name. */
export const namePolicy = z.enum(["on_collision", "always_prefix"]);
export type NamePolicy = z.infer<typeof namePolicy>;

export const profileCreate = z.object({
  slug: profileSlug,
  name: title.optional(),
  description: z.string().max(2000).default(""),
  /** Servers by name, in order. */
  servers: z.array(z.string()).default([]),
  /** The gateway's own, by name or id, in order. */
  tools: z.array(z.string()).default([]),
  prompts: z.array(z.string()).default([]),
  /** By URI or id, in order. */
  resources: z.array(z.string()).default([]),
  roots: z.array(z.string()).default([]),
  tags: tags.default([]),
  /** Where its operator shows whether it works; kept and shown, never fetched. */
  healthUrl: healthUrl.nullable().default(null),
  /** One that is turned off is served to nobody. */
  enabled: z.boolean().default(true),
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
  /** The whole list of the gateway's own, by name or id, in order. */
  tools: z.array(z.string()).optional(),
  prompts: z.array(z.string()).optional(),
  /** The whole list, by URI or id, in order. */
  resources: z.array(z.string()).optional(),
  roots: z.array(z.string()).optional(),
  tags: tags.optional(),
  healthUrl: healthUrl.nullable().optional(),
  enabled: z.boolean().optional(),
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
  /** The gateway's own, in order. */
  tools: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean() })),
  prompts: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean() })),
  resources: z.array(z.object({ id: z.string(), uri: z.string(), enabled: z.boolean() })),
  roots: z.array(z.object({ id: z.string(), uri: z.string(), enabled: z.boolean() })),
  tags: z.array(z.string()),
  healthUrl: z.string().nullable(),
  enabled: z.boolean(),
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

/**
 * What stands where a server is named, for the gateway's own tools, prompts and resources. No server
 * can be called so.
 */
export const LOCAL_SERVER = "(local)";

/**
 * A person's choice for one tool, prompt or resource of a server in a profile. Of the gateway's own
 * (server `(local)`) it is whether the profile has it: the rest is changed where it is defined.
 */
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
  /** `(local)` for the gateway's own. */
  server: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  enabled: z.boolean(),
  /** Whether it is a tool that is kept from clients until a person accepts what has changed of it. */
  heldBack: z.boolean(),
  renamed: z.enum(["by_you", "collision", "too_long", "policy"]).nullable(),
  describedByYou: z.boolean(),
  /** The definition as the server sent it. */
  definition: z.record(z.string(), z.unknown()),
});
export type CapabilityView = z.infer<typeof capabilityView>;
