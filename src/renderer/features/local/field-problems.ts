import { problemOf } from "../../app/problem.ts";

/** What is wrong, by the path of the field: `name`, `arguments.1.name`. */
export type FieldProblems = Readonly<Record<string, string>>;

/**
 * A refusal that names one of these fields, as that field's; null for any other, which belongs to
 * all of what was sent.
 */
export function fieldProblems(error: unknown, fields: readonly string[]): FieldProblems | null {
  const { code, message, wayOut } = problemOf(error);
  const [, path = "", reason = ""] = /^([A-Za-z][^\s:]*): (.+)$/s.exec(message) ?? [];
  if (!fields.includes(path.split(".", 1)[0] ?? "")) return null;
  return { [path]: code === "validation_failed" ? reason : `${reason} ${wayOut}` };
}

/** Puts the focus into the first field that something is wrong with; its id is `field-` and its path. */
export function focusFirst(problems: FieldProblems): void {
  const [path] = Object.keys(problems);
  if (path !== undefined) document.getElementById(`field-${path}`)?.focus();
}
