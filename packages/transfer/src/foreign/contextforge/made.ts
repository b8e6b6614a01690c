import { describeIssues, GatewayError, type TransferKind } from "@local-mcp/contract";
import type { z } from "zod";
import type { FieldsOf } from "../../entity.ts";
import { firstText, type Given, type Reading } from "./reading.ts";

/** What an entry says, and the places of secrets whose values are not in it. */
export interface Made<Kind extends TransferKind> {
  fields: FieldsOf[Kind];
  withheld: string[];
}

/**
 * Reads an entry in the words of the API, as what sends them there is read, and checks it as the API
 * does. What is wrong with it is said at its field, as far as the file has one of that name.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  read: (body: Given) => unknown,
  body: Given,
  reading: Reading,
): z.output<Schema> | null {
  try {
    const found = schema.safeParse(read(body));
    if (found.success) return found.data;
    for (const issue of found.error.issues) say(describeIssues([issue]), reading);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    say(String(error.params.detail ?? error.message), reading);
  }
  return null;
}

function say(detail: string, reading: Reading): void {
  const { field = "", reason = detail } =
    /^(?<field>[A-Za-z_]+)(?:\.[^:\s]*)?: (?<reason>.*)$/s.exec(detail)?.groups ?? {};
  reading.problem(FIELDS.get(field) ?? field, reason);
}

/** Our words where a file has others. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["title", "name"],
  ["slug", "name"],
  ["inputSchema", "input_schema"],
  ["outputSchema", "output_schema"],
  ["responseFilter", "jsonpath_filter"],
  ["mimeType", "mime_type"],
  ["display_name", "name"],
]);

/** A name that tools and prompts can have here, which is the one of the file where it can be. */
export function nameFor(given: Given, reading: Reading): string {
  const original = firstText(given.name, given.original_name) ?? "";
  const name = localNameOf(original);
  if (name !== original && name !== "") reading.loss("name", `It is called “${name}” here.`);
  return name;
}

export const localNameOf = (original: string): string =>
  original
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 128);

/** As people read it; null where that is the name. */
export const titleFor = (given: Given, name: string): string | null => {
  const shown = firstText(given.displayName, given.display_name, given.title, given.name)?.trim();
  return shown === undefined || shown === name ? null : shown.slice(0, 200);
};
