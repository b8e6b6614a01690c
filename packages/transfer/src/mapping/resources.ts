import {
  type ResourceContentWrite,
  resourceCreate,
  resourceUpdate,
  type ResourceUpdate,
  type ResourceView,
} from "@local-mcp/contract";
import { z } from "zod";
import { oneOf, present, readFields, refuse, sameServers, tagsWrite, timeOf } from "./reading.ts";

const file = z.object({ root: z.string(), path: z.string() });

/** A resource of the gateway's own as the seeds show one. */
export const seedResource = z.object({
  id: z.string(),
  uri: z.string(),
  /** The URI again where it is a template. */
  uri_template: z.string().nullable(),
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  mime_type: z.string().nullable(),
  /** Of stored content, bytes; null for a file. */
  size: z.number().int().nullable(),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Where the content is, if it is a file: the URI of a root, and the path from there. */
  file: file.nullable(),
  associated_servers: z.array(z.string()),
  /** Text; only where one resource is read. */
  content: z.string().nullable().optional(),
  /** Bytes as base64; only where one resource is read. */
  blob: z.string().nullable().optional(),
});
export type SeedResource = z.infer<typeof seedResource>;

/** What answers and files say in the same words. */
export const plainResourceFields = (
  resource: Pick<
    ResourceView,
    "uri" | "title" | "description" | "mimeType" | "tags" | "enabled"
  > & {
    name?: string | undefined;
  },
) => ({
  name: resource.name,
  uri: resource.uri,
  title: resource.title,
  description: resource.description,
  mime_type: resource.mimeType,
  tags: resource.tags,
  is_active: resource.enabled,
});

/** @param source its content, where that is shown */
export function resourceToSeed(
  resource: ResourceView,
  source?: ResourceContentWrite,
): SeedResource {
  const { content } = resource;
  return {
    id: resource.id,
    ...plainResourceFields(resource),
    name: resource.name,
    uri_template: resource.isTemplate ? resource.uri : null,
    size: content.kind === "file" ? null : content.bytes,
    enabled: resource.enabled,
    created_at: timeOf(resource.createdAt),
    updated_at: timeOf(resource.updatedAt),
    file: content.kind === "file" ? { root: content.root?.uri ?? "", path: content.path } : null,
    associated_servers: resource.profiles,
    ...(source && {
      content: source.kind === "text" ? source.text : null,
      blob: source.kind === "binary" ? source.base64 : null,
    }),
  };
}

const { shape } = resourceUpdate;

const patch = z
  .object({
    uri: shape.uri,
    uri_template: shape.uri.nullable(),
    name: shape.name,
    title: shape.title,
    display_name: shape.title,
    description: shape.description.nullable(),
    mime_type: shape.mimeType,
    content: z.string().nullable(),
    blob: z.string().nullable(),
    file: file.nullable(),
    tags: tagsWrite,
    enabled: z.boolean(),
    is_active: z.boolean(),
    associated_servers: z.array(z.string()),
  })
  .partial();

/** What is sent to make a resource, or to replace one. */
export const seedResourceWrite = patch.required({ uri: true });

const COMPUTED = ["size"];

/** @throws GatewayError validation_failed */
export const resourceFromSeed = (body: unknown): z.input<typeof resourceCreate> =>
  newResource(readFields(body, "resource", seedResourceWrite, COMPUTED));

/** @throws FieldRefused */
export function newResource(
  sent: z.infer<typeof seedResourceWrite>,
): z.input<typeof resourceCreate> {
  const { uri, associated_servers: profiles } = sent;
  const { content, ...changes } = changesOf(sent);
  if (!content) refuse("content", "Send text as content, base64 as blob, or a file.");
  return present({ ...changes, uri, content, profiles });
}

/**
 * @param replaces whether what is left out goes, but for the content, the name and `enabled`
 * @throws GatewayError validation_failed
 */
export function resourceChanges(
  body: unknown,
  current: ResourceView,
  replaces: boolean,
): ResourceUpdate {
  const sent = readFields(body, "resource", replaces ? seedResourceWrite : patch, COMPUTED);
  sameServers(sent.associated_servers, current.profiles);
  return { ...(replaces ? LEFT_OUT : {}), ...present(changesOf(sent)) };
}

/** What a replacement leaves out becomes this. */
const LEFT_OUT: ResourceUpdate = { title: null, description: "", mimeType: null, tags: [] };

const changesOf = (sent: z.infer<typeof patch>): ResourceUpdate => ({
  uri: oneOf({ uri: sent.uri, uri_template: sent.uri_template ?? undefined }),
  name: sent.name,
  title: oneOf({ title: sent.title, displayName: sent.display_name }),
  description: sent.description === null ? "" : sent.description,
  mimeType: sent.mime_type,
  content: contentOf(sent),
  tags: sent.tags,
  enabled: oneOf({ enabled: sent.enabled, is_active: sent.is_active }),
});

function contentOf(sent: z.infer<typeof patch>): ResourceContentWrite | undefined {
  const { content, blob, file: place } = sent;
  const given: ResourceContentWrite[] = [];
  if (content != null) given.push({ kind: "text", text: content });
  if (blob != null) given.push({ kind: "binary", base64: blob });
  if (place) given.push({ kind: "file", ...place });
  if (given.length > 1) refuse("content", "Send one of content, blob and file.");
  return given[0];
}
