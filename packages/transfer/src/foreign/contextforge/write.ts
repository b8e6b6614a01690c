import {
  EXPORT_VERSION,
  SEED_TYPES,
  type SeedType,
  seedType,
  KIND_OF_SEED,
  type TransferKind,
  type TransferSelection,
} from "@local-mcp/contract";
import { contextForgeKey } from "@local-mcp/vault";
import type { AnyEntity, Configuration, Entity } from "../../entity.ts";
import { writeGateway } from "./write-gateways.ts";
import { writeTool } from "./write-tools.ts";
import { nameOf, type Writing, writing } from "./writing.ts";

export interface ContextForgeExport {
  /** What was chosen. */
  configuration: Configuration;
  kinds: readonly TransferKind[];
  /** ISO 8601. */
  exportedAt: string;
  exportedBy: string;
  /** URL of this gateway. */
  sourceGateway: string;
  /** As the file says what was asked for. */
  exportOptions: Readonly<Record<string, unknown>>;
  /** The AUTH_ENCRYPTION_SECRET of where it is imported; null: no secret is in the file. */
  secret: string | null;
  /** Whose secrets are in the file. */
  secretsOf: TransferSelection;
}

/**
 * A file that ContextForge imports.
 *
 * @returns with what it cannot say, each as a sentence, whose secrets it has, and how many gateways
 */
export function writeContextForge(wanted: ContextForgeExport): {
  text: string;
  warnings: string[];
  sealed: AnyEntity[];
  gateways: number;
} {
  const { configuration, kinds, secret } = wanted;
  const own = writing(secret === null ? null : contextForgeKey(secret), wanted.secretsOf);
  const lists: Record<SeedType, object[]> = {
    tools: configuration.tool.map((tool) => writeTool(tool, own)),
    gateways: configuration.server.flatMap((server) => writeGateway(server, own) ?? []),
    servers: configuration.profile.map((profile) => writeServer(profile, own)),
    prompts: configuration.prompt.map((prompt) => writePrompt(prompt, own)),
    resources: configuration.resource.map((resource) => writeResource(resource, own)),
    roots: configuration.root.map((root) => writeRoot(root, own)),
  };
  const types = seedType.options.filter((type) => kinds.includes(KIND_OF_SEED[type]));
  const entities = Object.fromEntries(types.map((type) => [type, lists[type]]));
  const counts = Object.fromEntries(types.map((type) => [type, lists[type].length]));
  const document = {
    version: EXPORT_VERSION,
    exported_at: wanted.exportedAt,
    exported_by: wanted.exportedBy,
    source_gateway: wanted.sourceGateway,
    encryption_method: "AES-256-GCM",
    entities,
    metadata: {
      entity_counts: counts,
      dependencies: {
        servers_to_tools: toolsByServer(configuration.profile, types),
        servers_to_resources: {},
        servers_to_prompts: {},
      },
      export_options: wanted.exportOptions,
    },
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  return {
    text,
    warnings: own.lost.sentences(),
    sealed: own.sealed,
    gateways: lists.gateways.length,
  };
}

function toolsByServer(profiles: readonly Entity<"profile">[], types: readonly SeedType[]) {
  if (!types.includes(SEED_TYPES.profile) || !types.includes(SEED_TYPES.tool)) return {};
  const pairs = profiles.map(({ fields }) => [fields.slug, fields.tools] as const);
  return Object.fromEntries(pairs.filter(([, tools]) => tools.length > 0));
}

function writeServer(profile: Entity<"profile">, { lost }: Writing) {
  const { fields } = profile;
  const { slug } = fields;
  const { servers, prompts, resources, roots } = fields;
  if (servers.length > 0) {
    lost.add("The tools of its servers have to be put into a profile again, once connected", slug);
  }
  if (prompts.length + resources.length + roots.length > 0) {
    lost.add("Prompts, resources and roots of profiles are left out", slug);
  }
  if (fields.choices.length > 0) lost.add("What was renamed or turned off is left out", slug);
  if (fields.namePolicy !== "on_collision" || fields.allowWithoutToken) {
    lost.add("How names are made and who needs a token is left out", slug);
  }
  if (fields.healthUrl !== null) lost.add("Health URLs are left out", slug);
  return {
    name: nameOf(profile, lost),
    description: fields.description,
    tool_ids: fields.tools,
    capabilities: {},
    is_active: fields.enabled,
    tags: fields.tags,
  };
}

function writePrompt({ fields }: Entity<"prompt">, { lost }: Writing) {
  const { name, arguments: all = [] } = fields;
  if (all.some(({ values }) => values !== undefined && values.length > 0)) {
    lost.add("Values that are suggested for arguments are left out", name);
  }
  const properties = all.map((one) => [
    one.name,
    {
      type: "string",
      ...(one.title !== undefined && { title: one.title }),
      ...(one.description !== undefined && { description: one.description }),
    },
  ]);
  return {
    name,
    original_name: name,
    custom_name: name,
    display_name: fields.title ?? name,
    template: fields.template,
    description: fields.description,
    input_schema: {
      type: "object",
      properties: Object.fromEntries(properties),
      required: all.filter(({ required }) => required).map((one) => one.name),
    },
    tags: fields.tags,
    is_active: fields.enabled,
  };
}

function writeResource({ fields }: Entity<"resource">, { lost }: Writing) {
  lost.add("ContextForge reads no content of resources, so it is left out", fields.uri);
  return {
    name: fields.name ?? fields.uri,
    uri: fields.uri,
    description: fields.description,
    mime_type: fields.mimeType,
    tags: fields.tags,
    is_active: fields.enabled,
  };
}

function writeRoot({ fields }: Entity<"root">, { lost }: Writing) {
  if (fields.tags.length > 0 || !fields.enabled) {
    lost.add("Tags of roots, and whether they are turned on, are left out", fields.uri);
  }
  return { uri: fields.uri, name: fields.name ?? "" };
}
