import { z } from "zod";
import { title } from "./names.ts";
import { tags } from "./tags.ts";
import { localName, localProblem } from "./tools.ts";

// Prompt templates that the gateway offers as prompts of its own.

export const promptArgument = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "An argument is named with letters, digits and _."),
  title: title.optional(),
  description: z.string().max(2000).optional(),
  required: z.boolean().optional(),
  /** What is suggested while it is typed; any other value is as good. */
  values: z.array(z.string().max(1000)).max(1000).optional(),
});
export type PromptArgument = z.infer<typeof promptArgument>;

/**
 * Jinja. A line `# User:` or `# Assistant:` begins a message of that role; what is before the first
 * is the user's.
 */
const template = z.string().max(256 * 1024);

const fields = {
  title: title.nullable(),
  description: z.string().max(10_000),
  template: template.refine((text) => text.trim() !== "", "It is empty."),
  arguments: z
    .array(promptArgument)
    .max(100)
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      "An argument is there twice.",
    ),
  tags,
  enabled: z.boolean(),
};

export const promptCreate = z.object({
  ...fields,
  name: localName,
  title: fields.title.default(null),
  description: fields.description.default(""),
  /** Absent: what the template reads, each required. */
  arguments: fields.arguments.optional(),
  tags: fields.tags.default([]),
  enabled: fields.enabled.default(true),
  /** Profiles that get it, by slug. */
  profiles: z.array(z.string()).default([]),
});
export type PromptCreate = z.infer<typeof promptCreate>;

/** Absent keeps. */
export const promptUpdate = z.object({ ...fields, name: localName }).partial();
export type PromptUpdate = z.infer<typeof promptUpdate>;

export const promptView = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  template: z.string(),
  arguments: z.array(promptArgument),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  /** Slugs of the profiles that have it. */
  profiles: z.array(z.string()),
  problem: localProblem.nullable(),
  /** ms since 1970. */
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type PromptView = z.infer<typeof promptView>;

/** A template as it is being written, with sample values. */
export const promptDraft = z.object({
  template,
  values: z.record(z.string(), z.string().max(64 * 1024)).default({}),
});

/** What a template comes to, or what is wrong with it. */
export const promptPreview = z.object({
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), text: z.string() })),
  /** Names that the template reads and does not set itself. */
  variables: z.array(z.string()),
  /** Line from 1; null where it cannot be told. */
  error: z.object({ line: z.number().int().nullable(), message: z.string() }).nullable(),
});
export type PromptPreview = z.infer<typeof promptPreview>;
