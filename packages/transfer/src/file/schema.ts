import { type SeedType, seedType } from "@local-mcp/contract";
import { z } from "zod";
import { formatBlock } from "./format.ts";
import { READERS } from "./readers.ts";

type JsonSchema = Record<string, unknown>;

const ABOUT: Record<SeedType, string> = {
  tools: "REST APIs that the gateway offers as tools of its own.",
  gateways: "Servers: what is reached over HTTP, and commands that are started here.",
  servers: "Profiles: what clients are offered together.",
  prompts: "Prompt templates of the gateway's own.",
  resources: "Resources of the gateway's own, with their content.",
  roots: "Folders and addresses that servers may work in.",
};

const about = (description: string) => z.string().optional().meta({ description });

const lists = Object.fromEntries(
  seedType.options.map((type) => [
    type,
    z.array(READERS[type].schema).meta({ id: type, description: ABOUT[type] }).optional(),
  ]),
);

const file = z.looseObject({
  version: about("The version of MCP that the seeds name."),
  exported_at: about("When, ISO 8601."),
  exported_by: about("Who asked for it."),
  source_gateway: about("Base URL of the gateway."),
  encryption_method: about("What seals secrets."),
  format: formatBlock.optional().meta({
    description: "Of files that a program wrote; those that people write have none.",
  }),
  entities: z.strictObject(lists).optional(),
  ...lists,
  metadata: z.looseObject({}).optional().meta({ description: "For people; it is not read." }),
});

/** JSON Schema (2020-12) of an export file, which is also what can be imported. */
export const exportFileSchema = (): JsonSchema => ({
  title: "Export file of Local MCP Gateway",
  description:
    "What is configured, with each secret sealed as one base64 string, or null. In the flat form the lists of entities are at the top.",
  ...z.toJSONSchema(file, {
    // As it is written by a person or a program; what reading makes of it is not said.
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => asWritten(jsonSchema),
  }),
  anyOf: ["entities", ...seedType.options].map((name) => ({ required: [name] })),
});

/** Either spelling is read, and the seeds write this one in capitals. */
function asWritten(described: { properties?: Record<string, unknown> }): void {
  const { display_name: shown, ...others } = described.properties ?? {};
  if (shown === undefined) return;
  Object.assign(described, { properties: { ...others, displayName: shown } });
}
