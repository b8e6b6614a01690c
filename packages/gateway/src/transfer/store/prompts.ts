import type { PromptRow } from "@local-mcp/database";
import type { PromptFields } from "@local-mcp/transfer";

export const promptFields = (row: Pick<PromptRow, keyof PromptFields>): PromptFields => ({
  name: row.name,
  title: row.title,
  description: row.description,
  template: row.template,
  arguments: row.arguments,
  tags: row.tags,
  enabled: row.enabled,
});
