/** A text that says something. */
export const textOf = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : null;

/** A number where a text is meant, as YAML has it for `version: 1.0`. */
export const writtenOf = (value: unknown): string | null =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : textOf(value);
