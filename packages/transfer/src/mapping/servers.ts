import {
  namePolicy,
  profileCreate,
  profileUpdate,
  type ProfileUpdate,
  type ProfileView,
  slugify,
} from "@local-mcp/contract";
import { z } from "zod";
import { oneOf, present, readFields, refuse, tagsWrite, timeOf } from "./reading.ts";

const names = z.array(z.string());

/** A profile as the seeds show a virtual server. */
export const seedServer = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  associated_tools: names,
  /** The same names again, as exports have them. */
  tool_ids: names,
  associated_resources: names,
  associated_prompts: names,
  associated_gateways: names,
  associated_roots: names,
  capabilities: z.record(z.string(), z.object({ list_changed: z.boolean() })),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  name_policy: namePolicy,
  allow_without_token: z.boolean(),
  /** Whether /mcp follows it. */
  active: z.boolean(),
  /** Where clients reach it; null while nothing is served. */
  url: z.string().nullable(),
  health_url: z.string().nullable(),
});
export type SeedServer = z.infer<typeof seedServer>;

/** Every profile has them. */
const CAPABILITIES = {
  tools: { list_changed: true },
  prompts: { list_changed: true },
  resources: { list_changed: true },
};

/** What answers and files say in the same words; what is in it is called by name, or URI. */
export const plainProfileFields = (
  profile: Required<z.output<typeof profileCreate>> & { active: boolean },
) => ({
  name: profile.name,
  slug: profile.slug,
  description: profile.description,
  associated_gateways: profile.servers,
  associated_tools: profile.tools,
  tool_ids: profile.tools,
  associated_prompts: profile.prompts,
  associated_resources: profile.resources,
  associated_roots: profile.roots,
  capabilities: CAPABILITIES,
  name_policy: profile.namePolicy,
  allow_without_token: profile.allowWithoutToken,
  active: profile.active,
  health_url: profile.healthUrl,
  tags: profile.tags,
  is_active: profile.enabled,
});

export function serverToSeed(profile: ProfileView): SeedServer {
  return {
    id: profile.id,
    ...plainProfileFields({
      ...profile,
      servers: profile.servers.map(({ name }) => name),
      tools: profile.tools.map(({ name }) => name),
      prompts: profile.prompts.map(({ name }) => name),
      resources: profile.resources.map(({ uri }) => uri),
      roots: profile.roots.map(({ uri }) => uri),
    }),
    enabled: profile.enabled,
    created_at: timeOf(profile.createdAt),
    updated_at: timeOf(profile.updatedAt),
    url: profile.url,
  };
}

const { shape } = profileUpdate;

const patch = z
  .object({
    name: shape.name,
    slug: shape.slug,
    description: shape.description.nullable(),
    associated_tools: names,
    tool_ids: names,
    associated_resources: names,
    associated_prompts: names,
    associated_gateways: names,
    associated_roots: names,
    tags: tagsWrite,
    enabled: z.boolean(),
    is_active: z.boolean(),
    name_policy: namePolicy,
    allow_without_token: z.boolean(),
    health_url: shape.healthUrl,
  })
  .partial();

/** What is sent to make a virtual server, or to replace one. */
export const seedServerWrite = patch.required({ name: true });

const COMPUTED = ["active", "url", "capabilities"];

/** What a replacement leaves out becomes this. */
const { slug: _slug, enabled: _enabled, ...LEFT_OUT } = profileCreate.parse({ slug: "slug" });

/** Without a slug its name makes one. @throws GatewayError validation_failed */
export const serverFromSeed = (body: unknown): z.input<typeof profileCreate> =>
  newProfile(readFields(body, "server", seedServerWrite, COMPUTED));

/** @throws FieldRefused */
export function newProfile(sent: z.infer<typeof seedServerWrite>): z.input<typeof profileCreate> {
  const slug = sent.slug ?? slugify(sent.name);
  if (slug === "") refuse("slug", "The name has nothing that a slug can be made of. Send one.");
  return present({ ...changesOf(sent), slug });
}

/**
 * @param replaces whether what is left out goes, but for the slug and `enabled`
 * @throws GatewayError validation_failed
 */
export function serverChanges(body: unknown, replaces: boolean): ProfileUpdate {
  const sent = readFields(body, "server", replaces ? seedServerWrite : patch, COMPUTED);
  return { ...(replaces ? LEFT_OUT : {}), ...present(changesOf(sent)) };
}

const changesOf = (sent: z.infer<typeof patch>): ProfileUpdate => ({
  name: sent.name,
  slug: sent.slug,
  description: sent.description === null ? "" : sent.description,
  tools: oneOf({ associated_tools: sent.associated_tools, tool_ids: sent.tool_ids }),
  resources: sent.associated_resources,
  prompts: sent.associated_prompts,
  servers: sent.associated_gateways,
  roots: sent.associated_roots,
  tags: sent.tags,
  enabled: oneOf({ enabled: sent.enabled, is_active: sent.is_active }),
  namePolicy: sent.name_policy,
  allowWithoutToken: sent.allow_without_token,
  healthUrl: sent.health_url,
});
