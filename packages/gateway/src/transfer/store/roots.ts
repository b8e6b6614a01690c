import { rootCreate } from "@local-mcp/contract";
import type { RootRow } from "@local-mcp/database";
import type { AnyEntity, Draft, Entity, RootFields } from "@local-mcp/transfer";
import { checked, newId, nothing, rowOf, still, type Storing } from "./draft.ts";

export const rootFields = (row: Pick<RootRow, keyof RootFields>): RootFields => ({
  uri: row.uri,
  name: row.name,
  tags: row.tags,
  enabled: row.enabled,
});

/** @throws GatewayError as adding and changing a root does */
export function buildRoot(
  { stores: { roots } }: Storing,
  entity: Entity<"root">,
  before: AnyEntity | null,
): Draft {
  const row = rowOf(before, roots);
  const fields = rootFields(checked(rootCreate, entity.fields));
  const id = row?.id ?? newId(entity, roots);
  return {
    entity: { kind: "root", uid: id, fields, withheld: [] },
    warnings: [],
    write: () => {
      if (row) still(roots.update(id, fields));
      else roots.insert({ id, ...fields });
    },
    link: nothing,
  };
}
