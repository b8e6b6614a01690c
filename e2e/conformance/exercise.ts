import { z } from "zod";
import { isRecord } from "../fixtures/json-rpc.ts";

/** How a client asks, whatever its era. */
export type Ask = (method: string, params?: Record<string, unknown>) => Promise<unknown>;

/** A call that a scenario wants to see. */
export interface WantedCall {
  name: string;
  arguments: Record<string, unknown>;
}

const toolsSchema = z.object({
  tools: z.array(
    z.looseObject({ name: z.string(), inputSchema: z.record(z.string(), z.unknown()) }),
  ),
});
type Tool = z.infer<typeof toolsSchema>["tools"][number];
const resourcesSchema = z.object({ resources: z.array(z.looseObject({ uri: z.string() })) });
const promptsSchema = z.object({
  prompts: z.array(
    z.looseObject({
      name: z.string(),
      arguments: z.array(z.looseObject({ name: z.string() })).optional(),
    }),
  ),
});

/**
 * Does what a curious client does: lists everything, calls every tool, reads every resource and
 * gets every prompt, or makes just the calls that are wanted. Errors are answers too.
 */
export const exercise = async (ask: Ask, wanted: WantedCall[]): Promise<void> => {
  const { tools } = toolsSchema.parse(await ask("tools/list"));
  for (const call of wanted.length > 0 ? wanted : callsOf(tools)) {
    await attempt(() => ask("tools/call", { ...call }));
  }
  const { resources } = resourcesSchema.parse(await ask("resources/list"));
  for (const { uri } of resources) await attempt(() => ask("resources/read", { uri }));
  const { prompts } = promptsSchema.parse(await ask("prompts/list"));
  for (const prompt of prompts) {
    const given = (prompt.arguments ?? []).map(({ name }) => [name, "text"]);
    const params = { name: prompt.name, arguments: Object.fromEntries(given) };
    await attempt(() => ask("prompts/get", params));
  }
};

const attempt = async (send: () => Promise<unknown>): Promise<void> => {
  await send().catch((error: unknown) => console.error(String(error)));
};

/**
 * A call of each tool with made-up arguments. A tool that takes a schema is given that of the first
 * one, as the client knows it.
 */
const callsOf = (tools: Tool[]): WantedCall[] =>
  tools.map(({ name, inputSchema }) => ({
    name,
    arguments: Object.fromEntries(
      required(inputSchema).map(({ name, schema }) => [
        name,
        name === "schema" ? tools[0]?.inputSchema : sample(schema),
      ]),
    ),
  }));

const required = (schema: Record<string, unknown>): { name: string; schema: unknown }[] => {
  const names = Array.isArray(schema.required) ? schema.required : [];
  const properties = isRecord(schema.properties) ? schema.properties : {};
  return names
    .filter((name) => typeof name === "string")
    .map((name) => ({ name, schema: properties[name] }));
};

/** A value for a schema: its default, its first choice, or the plainest one of its type. */
const sample = (schema: unknown): unknown => {
  if (!isRecord(schema)) return "text";
  if ("default" in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "object":
      return {};
    case "array":
      return [];
    case "null":
      return null;
    default:
      return "text";
  }
};

/** Answers what a server asks of the client, in either era. */
export type AnswerInput = (
  method: string,
  params: Record<string, unknown>,
) => Record<string, unknown>;

/** The answer of a person who accepts whatever is proposed; and of a model that agrees. */
export const answerInput: AnswerInput = (method, params) => {
  if (method === "roots/list") return { roots: [{ uri: "file:///conformance" }] };
  if (method === "sampling/createMessage") {
    return { role: "assistant", content: { type: "text", text: "Yes." }, model: "none" };
  }
  const schema = isRecord(params.requestedSchema) ? params.requestedSchema : {};
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const content = Object.entries(properties).map(([name, one]) => [name, sample(one)]);
  return { action: "accept", content: Object.fromEntries(content) };
};
