import { rootCreate, rootUpdate, type RootUpdate, type RootView } from "@local-mcp/contract";
import { z } from "zod";
import { oneOf, present, readFields, sameServers, tagsWrite, timeOf } from "./reading.ts";

/** A root as the seeds show one. */
export const seedRoot = z.object({
  id: z.string(),
  uri: z.string(),
  name: z.string().nullable(),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  associated_servers: z.array(z.string()),
});
export type SeedRoot = z.infer<typeof seedRoot>;

/** What answers and files say in the same words. */
export const plainRootFields = (root: Pick<RootView, "uri" | "name" | "tags" | "enabled">) => ({
  name: root.name,
  uri: root.uri,
  tags: root.tags,
  is_active: root.enabled,
});

export const rootToSeed = (root: RootView): SeedRoot => ({
  id: root.id,
  ...plainRootFields(root),
  enabled: root.enabled,
  created_at: timeOf(root.createdAt),
  updated_at: timeOf(root.updatedAt),
  associated_servers: root.profiles,
});

const patch = z
  .object({
    uri: rootUpdate.shape.uri,
    name: rootUpdate.shape.name,
    tags: tagsWrite,
    enabled: z.boolean(),
    is_active: z.boolean(),
    associated_servers: z.array(z.string()),
  })
  .partial();

/** What is sent to make a root, or to replace one. */
export const seedRootWrite = patch.required({ uri: true });

/** What a replacement leaves out becomes this. */
const LEFT_OUT: RootUpdate = { name: null, tags: [] };

/** @throws GatewayError validation_failed */
export const rootFromSeed = (body: unknown): z.input<typeof rootCreate> =>
  newRoot(readFields(body, "root", seedRootWrite));

/** @throws FieldRefused */
export function newRoot(sent: z.infer<typeof seedRootWrite>): z.input<typeof rootCreate> {
  const { uri, associated_servers: profiles } = sent;
  return present({ ...changesOf(sent), uri, profiles });
}

/**
 * @param replaces whether what is left out goes, but for `enabled`
 * @throws GatewayError validation_failed
 */
export function rootChanges(body: unknown, current: RootView, replaces: boolean): RootUpdate {
  const sent = readFields(body, "root", replaces ? seedRootWrite : patch);
  sameServers(sent.associated_servers, current.profiles);
  return { ...(replaces ? LEFT_OUT : {}), ...present(changesOf(sent)) };
}

const changesOf = (sent: z.infer<typeof patch>): RootUpdate => ({
  uri: sent.uri,
  name: sent.name,
  tags: sent.tags,
  enabled: oneOf({ enabled: sent.enabled, is_active: sent.is_active }),
});
