import type { SecretInfo } from "@local-mcp/contract";

/** A variable, header or parameter: what is stored of it, and what is to become of it. */
export interface ValueRow {
  /** Stays the same while the row is edited. */
  key: string;
  name: string;
  /** Null for a row that was added here. */
  stored: { plain: false; secret: SecretInfo } | { plain: true; value: string } | null;
  /** Null keeps what is stored. */
  value: string | null;
  /** It is shown: a variable that is no secret, a header that is a template, any parameter. */
  plain: boolean;
  removed: boolean;
}

export const rowOf = (name: string, stored: NonNullable<ValueRow["stored"]>): ValueRow => ({
  key: name,
  name,
  stored,
  value: null,
  plain: stored.plain,
  removed: false,
});

/** A row for what is not stored yet. */
export const newRow = (
  rows: readonly ValueRow[],
  { name = "", plain = false, value = "" }: { name?: string; plain?: boolean; value?: string } = {},
): ValueRow => ({
  key: `new ${rows.length} ${name}`,
  name,
  stored: null,
  value,
  plain,
  removed: false,
});

/** What stands in the field of a row that is shown. */
export const shownIn = ({ value, stored }: ValueRow): string =>
  value ?? (stored?.plain ? stored.value : "");

export function isChanged({ name, stored, value, plain, removed }: ValueRow): boolean {
  if (stored === null) return !removed && (name !== "" || value !== "");
  if (removed || plain !== stored.plain) return true;
  return value !== null && !(stored.plain && stored.value === value);
}

/** A secret that would be stored empty. */
const lacksValue = ({ value, plain, stored }: ValueRow): boolean =>
  !plain && (value ?? "") === "" && !(value === null && stored?.plain === false);

/**
 * What is wrong with the rows of a list: by `LIST:KEY` of a value, by `LIST:KEY:name` of a name.
 *
 * @param refuse what else a row of this list must not be
 */
export function rowProblems(
  list: string,
  rows: readonly ValueRow[],
  refuse: (row: ValueRow) => string | null = () => null,
): Record<string, string> {
  const problems: Record<string, string> = {};
  const kept = rows.filter((row) => !row.removed);
  for (const row of kept.filter(isChanged)) {
    const id = `${list}:${row.key}`;
    const refused = refuse(row);
    if (row.name === "") problems[`${id}:name`] = "Give it a name.";
    else if (kept.some((other) => other.key !== row.key && other.name === row.name)) {
      problems[`${id}:name`] = `“${row.name}” stands here more than once.`;
    } else if (lacksValue(row)) problems[id] = "Enter a value.";
    else if (refused !== null) problems[id] = refused;
  }
  return problems;
}

/** Where a problem of one entry of a record belongs: at its name, its value, or the list. */
export function placeOfEntry(
  list: string,
  rows: readonly ValueRow[],
  name: string | undefined,
  isOfName: boolean,
): string {
  const row = rows.find((one) => one.name === name && !one.removed);
  if (!row) return list;
  return isOfName ? `${list}:${row.key}:name` : `${list}:${row.key}`;
}

/** What changed, by name; null removes. */
export const changedValues = (rows: readonly ValueRow[]): Record<string, string | null> =>
  Object.fromEntries(
    rows.filter(isChanged).map((row) => [row.name, row.removed ? null : shownIn(row)]),
  );

/** The same where plain values and secrets are told apart. */
export const changedFixed = (
  rows: readonly ValueRow[],
): Record<string, { value: string; plain: boolean } | null> =>
  Object.fromEntries(
    rows
      .filter(isChanged)
      .map((row) => [row.name, row.removed ? null : { value: shownIn(row), plain: row.plain }]),
  );
