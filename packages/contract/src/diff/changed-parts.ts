import { type DiffRow, diffRows } from "./line-diff.ts";

/** A tool as its server lists it. */
export type Definition = Readonly<Record<string, unknown>>;

/** One thing of a tool that differs: a text by its words, anything else by its lines. */
export type ChangedPart =
  | { type: "text"; title: string; before: string; after: string }
  | { type: "lines"; title: string; rows: DiffRow[]; left: number };

/** What the gateway compares, in the order in which a person reads it. */
const FIELDS = [
  ["title", "Title"],
  ["description", "Description"],
  ["inputSchema", "Input schema"],
  ["outputSchema", "Output schema"],
  ["annotations", "Annotations"],
] as const;

/** What differs between two definitions of a tool; with `isWhole` however much that is. */
export const changedParts = (
  accepted: Definition,
  now: Definition,
  isWhole: boolean,
): ChangedPart[] =>
  FIELDS.flatMap(([field, title]) => changedPart(title, accepted[field], now[field], isWhole));

function changedPart(
  title: string,
  before: unknown,
  after: unknown,
  isWhole: boolean,
): ChangedPart[] {
  const [old, young] = [textOf(before), textOf(after)];
  if (old !== null && young !== null && old !== young) {
    return [{ type: "text", title, before: old, after: young }];
  }
  const [one, other] = [linesOf(before), linesOf(inOrderOf(before, after))];
  if (one.join("\n") === other.join("\n")) return [];
  return [{ type: "lines", title, ...diffRows(one, other, isWhole ? Infinity : undefined) }];
}

/** A text, or nothing at all. */
const textOf = (value: unknown): string | null =>
  value === undefined ? "" : typeof value === "string" ? value : null;

const linesOf = (value: unknown): string[] =>
  value === undefined ? [] : JSON.stringify(value, null, 2).split("\n");

/**
 * The same value with its members in the order in which another has them, new ones last: another
 * order is no change and must not look like one.
 */
function inOrderOf(model: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const models: readonly unknown[] = Array.isArray(model) ? model : [];
    return value.map((one: unknown, index) => inOrderOf(models[index], one));
  }
  if (!isObject(value)) return value;
  const other: Definition = isObject(model) ? model : {};
  const names = [
    ...Object.keys(other).filter((name) => Object.hasOwn(value, name)),
    ...Object.keys(value),
  ];
  // Not by assigning: a member may be called __proto__.
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, inOrderOf(own(other, name), value[name])]),
  );
}

const own = (of: Definition, name: string): unknown =>
  Object.hasOwn(of, name) ? of[name] : undefined;

const isObject = (value: unknown): value is Definition =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How many rows of a tool are not shown yet. */
export const rowsLeft = (parts: readonly ChangedPart[]): number =>
  parts.reduce((left, part) => left + (part.type === "lines" ? part.left : 0), 0);
