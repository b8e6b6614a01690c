import type { ImportChange } from "@local-mcp/contract";
import { canonical } from "../canonical.ts";
import type { AnyEntity } from "../entity.ts";
import { secretsOf } from "../secrets.ts";

/** Of a value that is shown, characters. */
const LONGEST = 200;
/** Characters that are the same and are shown before the first that differs. */
const LEAD = 40;

/** Looked at as a whole: a schema has no fields that anybody knows by name. */
const WHOLE: readonly string[] = ["inputSchema", "outputSchema", "annotations"];

/**
 * What becomes of each field, by the names that the API has for them, sorted. Of secrets it is told only
 * what becomes of them; one that is kept is in the list, though it is no difference.
 *
 * @param withheld places of secrets that the file does not say, and that stay as they are stored
 */
export function differences(
  before: AnyEntity,
  after: AnyEntity,
  withheld: readonly string[],
): ImportChange[] {
  const secrets = secretChanges(before, after, new Set(withheld));
  const [former, latter] = [plainFields(before), plainFields(after)];
  const changes: ImportChange[] = [];
  for (const field of new Set([...former.keys(), ...latter.keys(), ...secrets.keys()])) {
    const [was, is] = [former.get(field) ?? null, latter.get(field) ?? null];
    const secret = secrets.get(field) ?? null;
    if (secret === null && isSame(was, is)) continue;
    changes.push({ field, ...excerpts(textOf(was), textOf(is)), secret });
  }
  return changes.sort((a, b) => (a.field < b.field ? -1 : 1));
}

const isSame = (was: unknown, is: unknown): boolean =>
  was === is || (typeof was === typeof is && canonical(was) === canonical(is));

/** Whether a change changes anything. */
export const isDifference = ({ secret }: ImportChange): boolean => secret !== "kept";

/** `env/API_KEY` is `env.API_KEY` in the API. */
export const fieldOf = (place: string): string => place.replace("/", ".");

type Fate = NonNullable<ImportChange["secret"]>;

function secretChanges(
  before: AnyEntity,
  after: AnyEntity,
  withheld: ReadonlySet<string>,
): Map<string, Fate> {
  const [former, latter] = [valuesOf(before), valuesOf(after)];
  const changes = new Map<string, Fate>();
  for (const place of new Set([...former.keys(), ...latter.keys()])) {
    const fate = withheld.has(place) && former.get(place) ? "kept" : fateOf(place, former, latter);
    if (fate) changes.set(fieldOf(place), fate);
  }
  return changes;
}

/** By place; null where it is not here. */
type Values = ReadonlyMap<string, string | null>;

const valuesOf = (entity: AnyEntity): Values => {
  const withheld = new Set(entity.withheld);
  return new Map(
    secretsOf(entity).map(({ place, value }) => [place, withheld.has(place) ? null : value]),
  );
};

function fateOf(place: string, former: Values, latter: Values): Fate | null {
  const [was, is] = [former.get(place), latter.get(place)];
  if (is === undefined) return "cleared";
  if (is === null) return was === undefined ? "missing" : was === null ? null : "kept";
  if (was === undefined || was === null) return "set";
  return was === is ? null : "changed";
}

/** What is no secret, by field. */
function plainFields(entity: AnyEntity): Map<string, unknown> {
  const secret = new Set(secretsOf(entity).map(({ place }) => fieldOf(place)));
  const fields = new Map<string, unknown>();
  collect("", flat(entity), fields);
  for (const field of secret) fields.delete(field);
  return fields;
}

type Fixed = Record<string, { value: string } | null>;

const valuesIn = (fixed: Fixed): Record<string, string | null> =>
  Object.fromEntries(Object.entries(fixed).map(([name, write]) => [name, write?.value ?? null]));

/** As the API has it when it changes one: nobody writes `config`. */
function flat(entity: AnyEntity): object {
  if (entity.kind === "tool") {
    const { headers, query, ...others } = entity.fields;
    return { ...others, headers: valuesIn(headers), query: valuesIn(query) };
  }
  if (entity.kind !== "server") return entity.fields;
  const { config, ...others } = entity.fields;
  return config.transport === "stdio"
    ? { ...others, ...config, env: valuesIn(config.env) }
    : { ...others, ...config };
}

function collect(path: string, fields: object, into: Map<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    const field = `${path}${name}`;
    if (typeof value !== "object" || value === null) into.set(field, value);
    else if (Array.isArray(value) || WHOLE.includes(field)) into.set(field, value);
    else collect(`${field}.`, value, into);
  }
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return canonical(value);
  if (!value.every((one) => typeof one === "string")) return canonical(value);
  return value.length === 0 ? null : value.join(", ");
}

/** Where both are long, what is shown is around the first character that differs. */
function excerpts(
  before: string | null,
  after: string | null,
): Pick<ImportChange, "before" | "after"> {
  const longest = Math.max(before?.length ?? 0, after?.length ?? 0);
  let same = 0;
  if (longest > LONGEST && before !== null && after !== null) {
    while (same < longest && before[same] === after[same]) same++;
  }
  const start = Math.max(0, same - LEAD);
  return { before: excerpt(before, start), after: excerpt(after, start) };
}

/** Of characters that were cut in two. */
const HALVES = /^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g;

function excerpt(text: string | null, start: number): string | null {
  if (text === null) return null;
  const room = LONGEST - 2;
  const cut = text.length <= LONGEST && start === 0 ? text : text.slice(start, start + room);
  const end = start + cut.length < text.length ? "…" : "";
  return `${start > 0 ? "…" : ""}${cut.replace(HALVES, "")}${end}`;
}
