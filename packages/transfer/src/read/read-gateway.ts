import {
  EXPORT_SCHEMA,
  GatewayError,
  type ImportProblem,
  KIND_OF_SEED,
  reasonOf,
  type SeedType,
  seedType,
} from "@local-mcp/contract";
import { z } from "zod";
import { nameIn } from "../file/entity-reader.ts";
import type { Opening } from "../file/secret-reader.ts";
import { keyOf } from "../entity.ts";
import { formatBlock } from "../file/format.ts";
import { READERS } from "../file/readers.ts";
import { FileDigest } from "../file/write.ts";
import { isObject } from "../mapping/reading.ts";
import { Pace } from "../plan/pace.ts";
import { pointerTo } from "../pointer.ts";
import type { ParsedFile, ReadEntity, ReadFile } from "../types.ts";
import { splitProxy } from "./proxy.ts";
import { countSealed, headerOf, openingOf } from "./opening.ts";

/** Beside the lists, where those are at the top. */
const ENVELOPE: ReadonlySet<string> = new Set([
  "version",
  "exported_at",
  "exported_by",
  "source_gateway",
  "encryption_method",
  "format",
  "entities",
  "metadata",
]);

interface Entry {
  type: SeedType;
  pointer: string;
  raw: object;
}

/** A file of ours, or one in the same form that somebody wrote. */
class GatewayFile {
  readonly name: string;
  readonly form: "gateway" | "flat";
  readonly entries: Entry[] = [];
  readonly problems: ImportProblem[];
  readonly losses: ImportProblem[] = [];
  readonly #document: object;

  constructor(document: object, form: "gateway" | "flat", name: string, problems: ImportProblem[]) {
    this.#document = document;
    this.form = form;
    this.name = name;
    this.problems = [...problems];
    this.#list();
  }

  /** Null where it has none, or one that cannot be read. @throws GatewayError import_newer */
  format(): z.infer<typeof formatBlock> | null {
    const block: unknown = member(this.#document, "format");
    if (block === undefined) return null;
    const found = z.looseObject({ schema: z.number() }).safeParse(block).data?.schema ?? 1;
    if (found > EXPORT_SCHEMA) {
      throw new GatewayError("import_newer", { name: this.name, found, known: EXPORT_SCHEMA });
    }
    const read = formatBlock.safeParse(block);
    for (const issue of read.error?.issues ?? []) {
      this.problems.push({
        pointer: pointerTo("/format", ...issue.path),
        message: reasonOf(issue),
      });
    }
    return read.data ?? null;
  }

  source(): ReadFile["source"] {
    const text = (name: string): string | null =>
      z
        .string()
        .max(2048)
        .nullable()
        .catch(null)
        .parse(member(this.#document, name) ?? null);
    return {
      exportedAt: text("exported_at"),
      exportedBy: text("exported_by"),
      gateway: text("source_gateway"),
    };
  }

  #list(): void {
    const isFlat = this.form === "flat";
    for (const [key, value] of Object.entries(this.#document)) {
      if (ENVELOPE.has(key)) continue;
      if (isFlat || seedType.safeParse(key).success) this.#listOf("", key, value, !isFlat);
      else
        this.losses.push({ pointer: pointerTo("", key), message: "There is no such field here." });
    }
    if (isFlat) return;
    const entities: unknown = member(this.#document, "entities");
    if (!isObject(entities)) {
      this.#problem("/entities", "It has to be an object.");
      return;
    }
    for (const [key, value] of Object.entries(entities))
      this.#listOf("/entities", key, value, false);
  }

  #listOf(parent: string, key: string, list: unknown, isStray: boolean): void {
    const pointer = pointerTo(parent, key);
    const type = seedType.safeParse(key).data;
    if (type === undefined) {
      this.#problem(pointer, `There is no such type. There are ${seedType.options.join(", ")}.`);
    } else if (isStray) {
      this.#problem(pointer, "It belongs into entities.");
    } else if (!Array.isArray(list)) {
      this.#problem(pointer, "It has to be a list.");
    } else {
      for (const [place, raw] of list.entries()) {
        const at = pointerTo(pointer, place);
        if (isObject(raw)) this.entries.push({ type, pointer: at, raw });
        else this.#problem(at, "It has to be an object.");
      }
    }
  }

  #problem(pointer: string, message: string): void {
    this.problems.push({ pointer, message });
  }
}

const member = (value: object, name: string): unknown =>
  Object.entries(value).find(([key]) => key === name)?.[1];

/**
 * @param problems of the file's keys
 * @throws GatewayError import_newer
 */
export function readGateway(
  document: object,
  form: "gateway" | "flat",
  name: string,
  problems: ImportProblem[],
): ParsedFile {
  const file = new GatewayFile(document, form, name, problems);
  const format = file.format();
  const header = headerOf(format?.key ?? null, file.problems);
  const sealed = file.entries.reduce((sum, { raw }) => sum + countSealed(raw), 0);
  if (sealed > 0 && format !== null && format.key === null) {
    file.problems.push({
      pointer: "/format/key",
      message: "There are sealed secrets, and no key.",
    });
  }
  return {
    format: form,
    sealed: { count: sealed, with: header?.with ?? null },
    open: async (keys) => {
      const opening = await openingOf({ name, header, sealed }, keys);
      const read = await readEntries(file, opening);
      const missing = (format?.secrets ?? 0) - sealed;
      const warnings = [
        ...(format !== null && (await digestOf(file.entries)) !== format.digest
          ? ["It was edited since it was exported."]
          : []),
        ...(missing > 0
          ? [`${missing} of its ${format?.secrets} sealed secrets are not in it any more.`]
          : []),
      ];
      return { format: form, source: file.source(), problems: file.problems, warnings, ...read };
    },
  };
}

async function readEntries(file: GatewayFile, opening: Opening) {
  const pace = new Pace(undefined);
  const entities: ReadEntity[] = [];
  const losses = [...file.losses];
  const secrets = { opened: 0, plain: 0 };
  const take = (
    { type, pointer, raw }: Entry,
    warnings: string[] = [],
    // Another one where two entities are made of one entry.
    place = pointer,
  ): void => {
    const read = READERS[type](raw, pointer, opening);
    const kind = KIND_OF_SEED[type];
    losses.push(...read.losses);
    secrets.opened += read.opened;
    secrets.plain += read.plain.length;
    entities.push({
      kind,
      name: read.entity === null ? nameIn(kind, raw) : keyOf(read.entity),
      pointer: place,
      entity: read.entity,
      problems: read.problems,
      warnings: [...warnings, ...plainWarning(read.plain)],
    });
  };
  for (const entry of file.entries) {
    await pace.step();
    const { type, pointer, raw } = entry;
    const proxy = type === "servers" ? splitProxy(raw) : null;
    if (proxy === null) take(entry);
    else {
      const place = pointerTo(pointer, "url");
      take({ type: "gateways", pointer, raw: proxy.server }, [proxy.said], place);
      take({ type, pointer, raw: proxy.profile });
    }
  }
  return { entities, losses, secrets };
}

const plainWarning = (fields: readonly string[]): string[] =>
  fields.length === 0
    ? []
    : [
        `Its credentials are in the file in clear (${fields.slice(0, 5).join(", ")}). They are sealed when they are stored.`,
      ];

async function digestOf(entries: readonly Entry[]): Promise<string> {
  const pace = new Pace(undefined);
  const digest = new FileDigest();
  for (const type of seedType.options) {
    const listed = entries.filter((entry) => entry.type === type);
    if (listed.length > 0) digest.begin(type);
    for (const { raw } of listed) {
      await pace.step();
      digest.add(raw);
    }
  }
  return digest.end();
}
