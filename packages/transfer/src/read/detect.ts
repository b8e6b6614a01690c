import { seedType } from "@local-mcp/contract";
import { isExportSealed } from "@local-mcp/vault";
import { FORMAT_NAME } from "../file/format.ts";
import { isContextForge } from "../foreign/contextforge/read.ts";
import { isSealed, memberOf } from "../foreign/contextforge/reading.ts";
import { isObject } from "../mapping/reading.ts";

/** Where the lists of a file are; null where it has none. */
export const formOf = (document: object): "gateway" | "flat" | null =>
  "entities" in document
    ? "gateway"
    : seedType.options.some((type) => Array.isArray(memberOf(document, type)))
      ? "flat"
      : null;

/** Whether a document says that it is of ours, or whose it is in another way. */
export function isOurs(document: object): boolean {
  const format = memberOf(document, "format");
  return isObject(format) && memberOf(format, "name") === FORMAT_NAME;
}

/** Fields that only ContextForge's exports have. */
const THEIR_FIELDS: readonly string[] = [
  "original_name",
  "original_description",
  "custom_name",
  "displayName",
  "jsonpath_filter",
  "rate_limit",
  "health_check",
  "passthrough_headers",
  "auth_query_params",
  "sse_endpoint",
  "last_modified",
];
/** What they say of how an export was asked for. */
const THEIR_OPTIONS: readonly string[] = ["selected_types", "filter_tags", "selective"];

/**
 * Tells an export of ContextForge from a file in the form of the seeds that somebody wrote by hand:
 * by fields that nobody writes by hand, or by values that are sealed as it does it.
 */
export function isFromContextForge(document: object): boolean {
  if (!isContextForge(document)) return false;
  const options = inside(memberOf(document, "metadata"), "export_options");
  if (THEIR_OPTIONS.some((name) => inside(options, name) !== undefined)) return true;
  const lists = memberOf(document, "entities") ?? document;
  return entriesOf(lists).some((entry) => {
    if ("uid" in entry) return false;
    const auth = memberOf(entry, "auth_value");
    const type = memberOf(entry, "integration_type");
    return (
      THEIR_FIELDS.some((name) => name in entry) ||
      (isSealed(auth) && !isExportSealed(auth)) ||
      type === "MCP" ||
      type === "A2A"
    );
  });
}

const inside = (value: unknown, name: string): unknown =>
  isObject(value) ? memberOf(value, name) : undefined;

const entriesOf = (lists: unknown): object[] =>
  isObject(lists)
    ? seedType.options.flatMap((type) => {
        const list = memberOf(lists, type);
        return Array.isArray(list) ? list.filter((entry) => isObject(entry)) : [];
      })
    : [];
