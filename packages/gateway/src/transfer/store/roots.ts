import type { RootRow } from "@local-mcp/database";
import type { RootFields } from "@local-mcp/transfer";

export const rootFields = (row: Pick<RootRow, keyof RootFields>): RootFields => ({
  uri: row.uri,
  name: row.name,
  tags: row.tags,
  enabled: row.enabled,
});
