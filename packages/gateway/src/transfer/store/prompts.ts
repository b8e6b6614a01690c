import { promptCreate } from "@local-mcp/contract";
import type { PromptRow } from "@local-mcp/database";
import type { AnyEntity, Draft, Entity, PromptFields } from "@local-mcp/transfer";
import { isDeepStrictEqual } from "node:util";
import { checkedArguments } from "../../prompts/prompt-template.ts";
import { changed, checked, newId, nothing, rowOf, type Storing } from "./draft.ts";

export const promptFields = (row: Pick<PromptRow, keyof PromptFields>): PromptFields => ({
  name: row.name,
  title: row.title,
  description: row.description,
  template: row.template,
  arguments: row.arguments,
  tags: row.tags,
  enabled: row.enabled,
});

/** @throws GatewayError as adding and changing a prompt does */
export async function buildPrompt(
  { stores: { prompts }, sandbox }: Storing,
  entity: Entity<"prompt">,
  before: AnyEntity | null,
): Promise<Draft> {
  const row = rowOf(before, prompts);
  const wanted = checked(promptCreate, entity.fields);
  const isKnown =
    row?.template === wanted.template && isDeepStrictEqual(row.arguments, wanted.arguments);
  const args = isKnown
    ? row.arguments
    : await checkedArguments(sandbox, wanted.template, wanted.arguments);
  const fields = promptFields({ ...wanted, arguments: args });
  const id = row?.id ?? newId(entity, prompts);
  return {
    entity: { kind: "prompt", uid: id, fields, withheld: [] },
    warnings: [],
    write: () => {
      if (row) changed(prompts.change(id, fields));
      else prompts.insert({ id, ...fields });
      if (row && fields.name !== row.name) prompts.forgetNames(id);
    },
    link: nothing,
  };
}
