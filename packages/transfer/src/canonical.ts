const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(byKey))
    : value;

/** As JSON: the same text for the same content, in whatever order its keys were written. */
export const canonical = (value: unknown): string => JSON.stringify(value, sorted) ?? "null";
