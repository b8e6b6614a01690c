import { z } from "zod";
import { title } from "./names.ts";
import { tags } from "./tags.ts";
import { localProblem } from "./tools.ts";

// Resources that the gateway stores, or reads from files, and offers as its own.

/** Of a stored resource, bytes. */
export const MAX_RESOURCE_BYTES = 10 * 1024 * 1024;

/** A URI (RFC 3986), or a URI template (RFC 6570) with `{name}` and `{+name}`. */
export const resourceUri = z
  .string()
  .max(2048)
  .regex(
    /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/,
    "A resource's URI begins with a scheme, such as notes://, and has no spaces.",
  );

export const mimeType = z
  .string()
  .regex(
    /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}(\s*;\s*[a-z0-9-]+=[^;\s]+)*$/i,
    "A MIME type is written as text/markdown.",
  );

/**
 * Where its content is. Text of a URI template is Jinja, in which the template's variables stand for
 * what was asked for. A file is inside a root of this gateway, by its path from there, in which
 * `{name}` stands for a variable of the URI template.
 */
export const resourceContentWrite = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string().max(MAX_RESOURCE_BYTES) }),
  z.object({
    kind: z.literal("binary"),
    base64: z
      .base64()
      .max(Math.ceil(MAX_RESOURCE_BYTES / 3) * 4, "A stored resource has 10 MiB at most."),
  }),
  z.object({
    kind: z.literal("file"),
    /** URI or id of the root; read, it is empty where the root is gone. */
    root: z.string(),
    path: z.string().min(1).max(4000),
  }),
]);

const fields = {
  name: z.string().trim().min(1).max(200),
  title: title.nullable(),
  description: z.string().max(10_000),
  /** Null: told from the content. */
  mimeType: mimeType.nullable(),
  content: resourceContentWrite,
  tags,
  enabled: z.boolean(),
};

export const resourceCreate = z.object({
  ...fields,
  uri: resourceUri,
  /** Absent: the end of its URI. */
  name: fields.name.optional(),
  title: fields.title.default(null),
  description: fields.description.default(""),
  mimeType: fields.mimeType.default(null),
  tags: fields.tags.default([]),
  enabled: fields.enabled.default(true),
  /** Profiles that get it, by slug. */
  profiles: z.array(z.string()).default([]),
});
export type ResourceContentWrite = z.infer<typeof resourceContentWrite>;
export type ResourceCreate = z.infer<typeof resourceCreate>;

/** Absent keeps. */
export const resourceUpdate = z.object({ ...fields, uri: resourceUri }).partial();
export type ResourceUpdate = z.infer<typeof resourceUpdate>;

export const resourceView = z.object({
  id: z.string(),
  uri: z.string(),
  /** Whether the URI is a template. */
  isTemplate: z.boolean(),
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  mimeType: z.string().nullable(),
  /** Without the content itself, which is read by itself. */
  content: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("text"), bytes: z.number().int() }),
    z.object({ kind: z.literal("binary"), bytes: z.number().int(), sha256: z.string() }),
    z.object({
      kind: z.literal("file"),
      /** Null where the root is gone. */
      root: z.object({ id: z.string(), uri: z.string() }).nullable(),
      path: z.string(),
    }),
  ]),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  /** Slugs of the profiles that have it. */
  profiles: z.array(z.string()),
  problem: localProblem.nullable(),
  /** ms since 1970. */
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type ResourceView = z.infer<typeof resourceView>;

/** What a client gets of a resource. */
export const resourceContents = z.object({
  uri: z.string(),
  mimeType: z.string().nullable(),
  bytes: z.number().int(),
  /** Null for bytes. */
  text: z.string().nullable(),
  /** Null for text. */
  base64: z.string().nullable(),
  sha256: z.string(),
});
export type ResourceContents = z.infer<typeof resourceContents>;
