import { createHash } from "node:crypto";
import {
  EXPORT_SCHEMA,
  EXPORT_VERSION,
  KIND_OF_SEED,
  type SeedType,
  seedType,
  type TransferKind,
} from "@local-mcp/contract";
import { canonical } from "../canonical.ts";
import { type AnyEntity, type Configuration, type Entity, keyOf } from "../entity.ts";
import { Pace } from "../plan/pace.ts";
import type { FileSeal } from "../types.ts";
import { FORMAT_NAME } from "./format.ts";
import { profileToFile } from "./profile.ts";
import { promptToFile } from "./prompt.ts";
import { resourceToFile } from "./resource.ts";
import { rootToFile } from "./root.ts";
import { type SecretCounts, SecretWriter } from "./secret-writer.ts";
import { serverToFile } from "./server.ts";
import { toolToFile } from "./tool.ts";

export interface WriteInput {
  /** gateway: lists under `entities`. flat: at the top. */
  form: "gateway" | "flat";
  /** ISO 8601. */
  exportedAt: string;
  exportedBy: string;
  /** Base URL of the gateway. */
  source: string;
  /** Those that have a list, even an empty one. */
  kinds: readonly TransferKind[];
  entities: Configuration;
  /** What was asked for; nothing secret. */
  options: Record<string, unknown>;
  /** As sentences. */
  notIncluded: readonly string[];
}

export interface WrittenFile extends SecretCounts {
  text: string;
}

/**
 * Writes an export file, in slices: others have their turn meanwhile. Two files of the same entities
 * under the same seal differ in `exported_at` alone.
 *
 * @param seal null: no secret goes into the file
 */
export async function writeFile(input: WriteInput, seal: FileSeal | null): Promise<WrittenFile> {
  const counts: SecretCounts = { sealed: 0, left: 0 };
  const pace = new Pace(undefined);
  const digest = new FileDigest();
  const types = seedType.options.filter((type) => input.kinds.includes(KIND_OF_SEED[type]));
  const indent = input.form === "gateway" ? "    " : "  ";
  const lists: string[] = [];
  for (const type of types) {
    const written: string[] = [];
    const entities = inOrder(input.entities[KIND_OF_SEED[type]]);
    if (entities.length > 0) digest.begin(type);
    for (const entity of entities) {
      await pace.step();
      const json = entityToFile(entity, new SecretWriter(entity, seal, counts));
      digest.add(json);
      written.push(indented(json, `${indent}  `));
    }
    lists.push(`${indent}"${type}": ${listOf(written, indent)}`);
  }
  const { head, metadata } = envelope(input, types, seal, counts, digest.end());
  const parts = [
    ...Object.entries(head).map(([key, value]) => `  "${key}": ${indented(value, "  ").trim()}`),
    ...(input.form === "flat"
      ? lists
      : [`  "entities": {${lists.length > 0 ? `\n${lists.join(",\n")}\n  ` : ""}}`]),
    `  "metadata": ${indented(metadata, "  ").trim()}`,
  ];
  return { text: `{\n${parts.join(",\n")}\n}\n`, ...counts };
}

const indented = (value: unknown, indent: string): string =>
  indent + JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`);

const listOf = (written: readonly string[], indent: string): string =>
  written.length === 0 ? "[]" : `[\n${written.join(",\n")}\n${indent}]`;

/** Profiles have an order of their own. */
function inOrder(entities: readonly AnyEntity[]): AnyEntity[] {
  const byKey = (a: AnyEntity, b: AnyEntity): number => (keyOf(a) < keyOf(b) ? -1 : 1);
  return entities[0]?.kind === "profile" ? [...entities] : entities.toSorted(byKey);
}

function entityToFile(entity: AnyEntity, secrets: SecretWriter): object {
  switch (entity.kind) {
    case "root":
      return rootToFile(entity);
    case "server":
      return serverToFile(entity, secrets);
    case "tool":
      return toolToFile(entity, secrets);
    case "resource":
      return resourceToFile(entity);
    case "profile":
      return profileToFile(entity);
    default:
      return promptToFile(entity);
  }
}

/** SHA-256 over what a file says of its entities, in whatever order its keys are and however it is spaced. */
export class FileDigest {
  readonly #hash = createHash("sha256");

  begin(type: SeedType): void {
    this.#hash.update(`${type}\n`);
  }

  /** @param json of an entity, as the file has it */
  add(json: unknown): void {
    this.#hash.update(`${canonical(json)}\n`);
  }

  /** Hexadecimal. */
  end(): string {
    return this.#hash.digest("hex");
  }
}

function envelope(
  input: WriteInput,
  types: readonly SeedType[],
  seal: FileSeal | null,
  { sealed }: SecretCounts,
  digest: string,
) {
  const { exportedAt, exportedBy, source, entities, options, notIncluded } = input;
  return {
    head: {
      version: EXPORT_VERSION,
      exported_at: exportedAt,
      exported_by: exportedBy,
      source_gateway: source,
      encryption_method: "AES-256-GCM",
      format: {
        name: FORMAT_NAME,
        schema: EXPORT_SCHEMA,
        key: keyToFile(seal),
        secrets: sealed,
        digest,
      },
    },
    metadata: {
      entity_counts: Object.fromEntries(
        types.map((type) => [type, entities[KIND_OF_SEED[type]].length]),
      ),
      dependencies: dependenciesOf(entities.profile),
      export_options: options,
      not_included: notIncluded,
    },
  };
}

function keyToFile(seal: FileSeal | null) {
  if (seal === null) return null;
  const { with: sealedWith, salt, params, check } = seal.header;
  return { with: sealedWith, kdf: "scrypt", salt, ...params, check };
}

/** What profiles name, by the slug of each. */
function dependenciesOf(profiles: readonly Entity<"profile">[]) {
  const to = (named: "tools" | "prompts" | "resources" | "servers" | "roots") =>
    Object.fromEntries(
      profiles.flatMap(({ fields }) =>
        fields[named].length > 0 ? [[fields.slug, fields[named]]] : [],
      ),
    );
  return {
    servers_to_tools: to("tools"),
    servers_to_prompts: to("prompts"),
    servers_to_resources: to("resources"),
    servers_to_gateways: to("servers"),
    servers_to_roots: to("roots"),
  };
}
