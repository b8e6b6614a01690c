import { type ImportProblem, reasonOf, type TransferKind } from "@local-mcp/contract";
import { z } from "zod";
import type { Entity, FieldsOf } from "../entity.ts";
import { FieldRefused, isObject, nameFields, type NamedFields } from "../mapping/reading.ts";
import { pointerTo } from "../pointer.ts";
import { type Given, type Opening, SecretReader } from "./secret-reader.ts";

/** How entities of a kind are read out of a file. */
interface Definition<Kind extends TransferKind, Schema extends z.ZodObject> {
  kind: Kind;
  schema: Schema;
  /** Fields of the gateway's answers that say nothing in a file. */
  computed: readonly string[];
  /** Puts the secrets in clear into their fields. */
  reveal?(given: Given, secrets: SecretReader): void;
  /**
   * @param withheld places of secrets.ts
   * @throws FieldRefused, ZodError
   */
  fields(sent: z.output<Schema>, withheld: ReadonlySet<string>): FieldsOf[Kind];
  /** Fields of the file by the API's names, where those are others. */
  places: Readonly<Record<string, string>>;
}

/** One entity, as far as it could be read. */
interface EntityRead<Kind extends TransferKind = TransferKind> {
  entity: Entity<Kind> | null;
  problems: ImportProblem[];
  losses: ImportProblem[];
  /** Secrets that were sealed, and the fields that have one in clear. */
  opened: number;
  plain: string[];
}

export type EntityReader<Kind extends TransferKind> = ((
  raw: object,
  pointer: string,
  opening: Opening,
) => EntityRead<Kind>) & {
  /** What a file may say. */
  schema: z.ZodObject;
};

const uid = z.string().min(1).max(200).nullable().default(null);

export function defineReader<Kind extends TransferKind, Schema extends z.ZodObject>(
  definition: Definition<Kind, Schema>,
): EntityReader<Kind> {
  const schema = definition.schema;
  const known = { uid, ...schema.shape };
  const read = (raw: object, pointer: string, opening: Opening): EntityRead<Kind> => {
    const named = nameFields(raw, known, definition.computed);
    const id = uid.safeParse(named.given.get("uid"));
    const of = { kind: definition.kind, uid: id.data ?? "", pointer };
    const secrets = new SecretReader(of, opening);
    const problems = new Problems(pointer, named, definition.places);
    if (!id.success) problems.add(["uid"], "It has to be a text of 1 to 200 characters.");
    for (const field of named.twice) problems.add([field], "It is there in two spellings.");
    definition.reveal?.(named.given, secrets);
    named.given.delete("uid");
    const sent = schema.safeParse(Object.fromEntries(named.given));
    for (const issue of sent.error?.issues ?? []) problems.add(issue.path, reasonOf(issue));
    const fields = sent.success
      ? problems.collect(() => definition.fields(sent.data, secrets.withheld))
      : null;
    const all = [...secrets.problems, ...problems.found];
    return {
      entity:
        fields === null || all.length > 0
          ? null
          : {
              kind: definition.kind,
              uid: id.data ?? null,
              fields,
              withheld: [...secrets.withheld].toSorted(),
            },
      problems: all,
      losses: named.unknown.map((name) => ({
        pointer: pointerTo(pointer, name),
        message: `There is no such field here: “${name.slice(0, 100)}” is left out.`,
      })),
      opened: secrets.opened,
      plain: secrets.plain,
    };
  };
  return Object.assign(read, { schema: schema.extend({ uid }) });
}

/** What is wrong with an entity, at the fields as the file spells them. */
class Problems {
  readonly found: ImportProblem[] = [];
  readonly #pointer: string;
  readonly #named: NamedFields;
  readonly #places: Readonly<Record<string, string>>;

  constructor(pointer: string, named: NamedFields, places: Readonly<Record<string, string>>) {
    this.#pointer = pointer;
    this.#named = named;
    this.#places = places;
  }

  /** @param path in the words of the file */
  add([first, ...rest]: readonly PropertyKey[], message: string): void {
    const path = first === undefined ? [] : [this.#names(String(first)), ...rest];
    this.found.push({ pointer: pointerTo(this.#pointer, ...path), message });
  }

  /** Null where it fails, in the words of the file or of the API. */
  collect<Value>(read: () => Value): Value | null {
    try {
      return read();
    } catch (error) {
      if (error instanceof FieldRefused) this.add([error.field], error.reason);
      else if (error instanceof z.ZodError) {
        for (const issue of error.issues) this.add(this.#inFile(issue.path), reasonOf(issue));
      } else throw error;
      return null;
    }
  }

  /** What the API calls so. */
  #inFile(path: readonly PropertyKey[]): PropertyKey[] {
    const [first, second, ...others] = path;
    if (first === undefined) return [];
    const rest = second === undefined ? [] : [second, ...others];
    const nested =
      second === undefined ? undefined : this.#places[`${String(first)}.${String(second)}`];
    if (nested !== undefined) return [nested, ...others];
    return [this.#places[String(first)] ?? first, ...rest];
  }

  #names(field: string): string {
    return this.#named.names.get(field) ?? field;
  }
}

/** What it is known by, also where nothing else of it can be read. */
export function nameIn(kind: TransferKind, raw: unknown): string {
  if (!isObject(raw)) return "";
  const { slug, name, uri } = z
    .object({
      slug: z.string().optional().catch(undefined),
      name: z.string().optional().catch(undefined),
      uri: z.string().optional().catch(undefined),
    })
    .parse(raw);
  const text = kind === "root" || kind === "resource" ? (uri ?? name) : (slug ?? name);
  return (text ?? "").slice(0, 2048);
}
