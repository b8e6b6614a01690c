import { describeIssues, GatewayError, tags } from "@local-mcp/contract";
import { z } from "zod";

/** What is read in the place of a secret. */
export const MASK = "*****";

/** Whether a text is only what is shown in the place of a secret. */
export const isMask = (text: string): boolean => /^\*{3,}$/.test(text);

/** A value that may be a secret: a mask that was read is no value. */
export const valueWrite = z
  .string()
  .refine(
    (text) => !isMask(text),
    "It is the mask that is shown in the place of a secret. Leave the field out to keep what is stored.",
  );

/** By name; null removes one. */
export const valuesWrite = z.record(z.string(), valueWrite.nullable());

/** As text, or as the pairs that newer gateways of this family write. */
export const tagsWrite = z
  .array(
    z.union([
      z.string(),
      z
        .looseObject({ id: z.string().optional(), label: z.string().optional() })
        .transform(({ id, label }) => label ?? id ?? ""),
    ]),
  )
  .pipe(tags);

/** Times are ISO 8601 here, in UTC. */
export const timeOf = (ms: number): string => new Date(ms).toISOString();

/** One field that cannot be as it is. */
export class FieldRefused extends GatewayError {
  readonly field: string;
  readonly reason: string;

  constructor(field: string, reason: string) {
    super("validation_failed", { detail: `${field}: ${reason}` });
    this.field = field;
    this.reason = reason;
  }
}

/** @throws FieldRefused */
export function refuse(field: string, reason: string): never {
  throw new FieldRefused(field, reason);
}

/**
 * What scripts for ContextForge send that decides nothing here: teams, owners and visibility (one
 * person has this gateway), and what it keeps or computes itself.
 */
export const WITHOUT_MEANING: ReadonlySet<string> = new Set([
  "team",
  "team_id",
  "owner_email",
  "visibility",
  "rate_limit",
  "original_name",
  "custom_name",
  "custom_name_slug",
  "original_description",
  "gateway_id",
  "gateway_slug",
  "version",
  "metrics",
  "execution_count",
  "reachable",
  "last_seen",
  "last_modified",
  "deprecated",
  "icon",
  "health_check",
  "sse_endpoint",
  "websocket_endpoint",
  "jsonrpc_endpoint",
  "federation_source",
  "import_batch_id",
  ...["created", "modified"].flatMap((deed) =>
    ["by", "from_ip", "via", "user_agent"].map((part) => `${deed}_${part}`),
  ),
  // What every answer of ours has and nobody sets.
  "id",
  "created_at",
  "updated_at",
]);

export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value says nothing. */
export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === "object" && Object.keys(value).length === 0);

const snakeCase = (name: string): string =>
  name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Some create requests of upstream have the thing in a field, beside its team and visibility. */
function unwrapped(singular: string, body: object): object {
  const inner: unknown = Object.entries(body).find(([name]) => name === singular)?.[1];
  return isObject(inner) ? inner : body;
}

/** Fields by their names in snake case, and what is wrong with the names. */
export interface NamedFields {
  given: Map<string, unknown>;
  /** As they are written, by field. */
  names: Map<string, string>;
  twice: string[];
  /** As they are written: what is not known, and says something. */
  unknown: string[];
}

/** @param computed fields that are known and never read */
export function nameFields(
  body: object,
  known: object,
  computed: readonly string[] = [],
): NamedFields {
  const read: NamedFields = { given: new Map(), names: new Map(), twice: [], unknown: [] };
  for (const [name, value] of Object.entries(body)) {
    const field = snakeCase(name);
    if (read.given.has(field)) read.twice.push(field);
    if (Object.hasOwn(known, field)) {
      read.given.set(field, value);
      read.names.set(field, name);
    } else if (!WITHOUT_MEANING.has(field) && !computed.includes(field) && !isEmpty(value)) {
      read.unknown.push(name);
    }
  }
  return read;
}

/**
 * Reads what a script sent, in either spelling of its field names. A field that is not known is
 * refused, since it may be a typing error of one that is; one that says nothing is let pass.
 *
 * @param computed fields of the answers that are not written
 * @throws GatewayError validation_failed with the first fields that are wrong
 */
export function readFields<Fields extends z.ZodType>(
  body: unknown,
  singular: string,
  fields: Fields & { shape: object },
  computed: readonly string[] = [],
): z.output<Fields> {
  if (!isObject(body)) refuse("body", "It is a JSON object with the fields.");
  const { given, twice, unknown } = nameFields(unwrapped(singular, body), fields.shape, computed);
  if (twice[0] !== undefined) refuse(twice[0], "It is there in two spellings.");
  if (unknown[0] !== undefined) {
    refuse(unknown[0].slice(0, 100), "There is no such field here.");
  }
  const read = fields.safeParse(Object.fromEntries(given));
  if (read.success) return read.data;
  throw new GatewayError("validation_failed", { detail: describeIssues(read.error.issues) });
}

/**
 * The one value of fields that mean the same thing; undefined where none is given.
 *
 * @throws GatewayError validation_failed where they differ
 */
export function oneOf<Value>(same: Record<string, Value | undefined>): Value | undefined {
  const given = Object.entries(same).filter(([, value]) => value !== undefined);
  const [first, ...others] = given;
  if (!first) return undefined;
  const other = others.find(([, value]) => JSON.stringify(value) !== JSON.stringify(first[1]));
  if (other) refuse(first[0], `It means the same as ${other[0]}, and differs. Send one of them.`);
  return first[1];
}

/** Without the fields that are undefined, so that what is absent stays absent. */
export const present = <Fields extends object>(fields: Fields): Fields => {
  const given = { ...fields };
  for (const name in given) {
    if (given[name] === undefined) delete given[name];
  }
  return given;
};

/**
 * Which profiles something is in is theirs to change, but something new may be put into some.
 *
 * @throws GatewayError validation_failed where they are to be changed here
 */
export function sameServers(wanted: string[] | undefined, current: readonly string[]): void {
  if (wanted === undefined) return;
  const differs = wanted.toSorted().join() !== current.toSorted().join();
  if (differs) refuse("associated_servers", "Change it at the server, in its associated_… fields.");
}
