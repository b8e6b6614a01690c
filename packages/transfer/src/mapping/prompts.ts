import {
  promptArgument,
  promptCreate,
  promptUpdate,
  type PromptUpdate,
  type PromptView,
} from "@local-mcp/contract";
import { z } from "zod";
import { oneOf, present, readFields, sameServers, tagsWrite, timeOf } from "./reading.ts";

/** A prompt template of the gateway's own as the seeds show one. */
export const seedPrompt = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string().nullable(),
  description: z.string(),
  template: z.string(),
  arguments: z.array(promptArgument),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  associated_servers: z.array(z.string()),
});
export type SeedPrompt = z.infer<typeof seedPrompt>;

/** What answers and files say in the same words. */
export const plainPromptFields = (
  prompt: Pick<PromptView, "title" | "description" | "template" | "tags" | "enabled">,
) => ({
  displayName: prompt.title,
  description: prompt.description,
  template: prompt.template,
  tags: prompt.tags,
  is_active: prompt.enabled,
});

export const promptToSeed = (prompt: PromptView): SeedPrompt => ({
  id: prompt.id,
  name: prompt.name,
  ...plainPromptFields(prompt),
  arguments: prompt.arguments,
  enabled: prompt.enabled,
  created_at: timeOf(prompt.createdAt),
  updated_at: timeOf(prompt.updatedAt),
  associated_servers: prompt.profiles,
});

const { shape } = promptUpdate;

const patch = z
  .object({
    name: shape.name,
    display_name: shape.title,
    title: shape.title,
    description: shape.description.nullable(),
    template: shape.template,
    arguments: shape.arguments,
    tags: tagsWrite,
    enabled: z.boolean(),
    is_active: z.boolean(),
    associated_servers: z.array(z.string()),
  })
  .partial();

/** What is sent to make a prompt, or to replace one. */
export const seedPromptWrite = patch.required({ name: true, template: true });

/** What a replacement leaves out becomes this. */
const {
  enabled: _,
  profiles: _profiles,
  ...LEFT_OUT
} = {
  ...promptCreate.parse({ name: "name", template: "template" }),
  arguments: [],
};

/** @throws GatewayError validation_failed */
export const promptFromSeed = (body: unknown): z.input<typeof promptCreate> =>
  newPrompt(readFields(body, "prompt", seedPromptWrite));

/** @throws FieldRefused */
export function newPrompt(sent: z.infer<typeof seedPromptWrite>): z.input<typeof promptCreate> {
  const { name, template, associated_servers: profiles } = sent;
  return present({ ...changesOf(sent), name, template, profiles });
}

/**
 * @param replaces whether what is left out goes, but for `enabled`
 * @throws GatewayError validation_failed
 */
export function promptChanges(body: unknown, current: PromptView, replaces: boolean): PromptUpdate {
  const sent = readFields(body, "prompt", replaces ? seedPromptWrite : patch);
  sameServers(sent.associated_servers, current.profiles);
  return { ...(replaces ? LEFT_OUT : {}), ...present(changesOf(sent)) };
}

const changesOf = (sent: z.infer<typeof patch>): PromptUpdate => ({
  name: sent.name,
  title: oneOf({ displayName: sent.display_name, title: sent.title }),
  description: sent.description === null ? "" : sent.description,
  template: sent.template,
  arguments: sent.arguments,
  tags: sent.tags,
  enabled: oneOf({ enabled: sent.enabled, is_active: sent.is_active }),
});
