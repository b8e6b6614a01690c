import type { ResourceRow } from "@local-mcp/database";
import type { ResourceFields } from "@local-mcp/transfer";
import { sourceOf } from "../../resources/source.ts";

/** What of a row is configured. */
export type ResourceColumns = Omit<ResourceRow, "id" | "createdAt" | "updatedAt">;

/** @param uriOf URI of a root, by its id */
export const resourceFields = (
  row: ResourceColumns,
  uriOf: (rootId: string) => string,
): ResourceFields => ({
  uri: row.uri,
  name: row.name,
  title: row.title,
  description: row.description,
  mimeType: row.mimeType,
  content: sourceOf(row, uriOf),
  tags: row.tags,
  enabled: row.enabled,
});
