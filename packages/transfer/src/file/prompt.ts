import { type PromptArgument, promptCreate } from "@local-mcp/contract";
import { z } from "zod";
import type { Entity } from "../entity.ts";
import { newPrompt, plainPromptFields, seedPromptWrite } from "../mapping/prompts.ts";
import { present } from "../mapping/reading.ts";
import { defineReader } from "./entity-reader.ts";

/** A prompt as a file has it. */
export const promptToFile = ({ uid, fields }: Entity<"prompt">) => ({
  uid,
  name: fields.name,
  ...plainPromptFields(fields),
  arguments: fields.arguments,
  input_schema: fields.arguments && schemaOf(fields.arguments),
});

/** Its arguments as the seeds have them. */
const schemaOf = (all: readonly PromptArgument[]) => ({
  type: "object",
  properties: Object.fromEntries(
    all.map(({ name, title, description }) => [
      name,
      present({ type: "string", title, description }),
    ]),
  ),
  required: all.flatMap(({ name, required }) => (required ? [name] : [])),
});

const inputSchema = z
  .looseObject({
    properties: z
      .record(
        z.string(),
        z.looseObject({ title: z.string().optional(), description: z.string().optional() }),
      )
      .optional(),
    required: z.array(z.string()).default([]),
  })
  // One that says nothing of its properties says nothing of the arguments.
  .transform(
    ({ properties, required }) =>
      properties &&
      Object.entries(properties).map(([name, { title, description }]) =>
        present({ name, title, description, required: required.includes(name) || undefined }),
      ),
  );

export const promptFromFile = defineReader({
  kind: "prompt",
  schema: seedPromptWrite
    .omit({ associated_servers: true })
    .extend({ input_schema: inputSchema.nullable().optional() }),
  computed: ["associated_servers"],
  fields({ input_schema: schema, ...sent }) {
    const given = present({ ...sent, arguments: sent.arguments ?? schema ?? undefined });
    const { profiles: _, ...fields } = promptCreate.parse(newPrompt(given));
    return fields;
  },
  places: { title: "display_name" },
});
