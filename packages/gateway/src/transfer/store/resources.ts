import { resourceCreate } from "@local-mcp/contract";
import type { ResourceRow } from "@local-mcp/database";
import type { Draft, Entity, ResourceFields, Surroundings } from "@local-mcp/transfer";
import { isDeepStrictEqual } from "node:util";
import { known } from "../../local/named.ts";
import { checkResource, fileProblem } from "../../resources/check-resource.ts";
import { columnsOf } from "../../resources/content.ts";
import { nameOf } from "../../resources/name-of.ts";
import { sourceOf } from "../../resources/source.ts";
import { changed, checked, newId, nothing, rowOf, still, type Storing } from "./draft.ts";

/** What of a row is configured. */
type ResourceColumns = Omit<ResourceRow, "id" | "createdAt" | "updatedAt">;

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

/**
 * A folder that is not on this computer is a warning: a file of another one would not be imported at
 * all otherwise.
 *
 * @throws GatewayError as adding and changing a resource does
 */
export async function buildResource(
  { stores, sandbox, dataDir }: Storing,
  entity: Entity<"resource">,
  before: Entity<"resource"> | null,
  surroundings: Surroundings,
): Promise<Draft> {
  const row = rowOf(before, stores.resources);
  const { content, name, profiles: _, ...wanted } = checked(resourceCreate, entity.fields);
  // The root may have no row yet, so it is called by its URI until this one is stored.
  const rootOf = (uri: string) => {
    const root = surroundings.find("root", uri);
    return root?.kind === "root" ? root.fields : undefined;
  };
  const columns: ResourceColumns = {
    ...wanted,
    ...columnsOf(content, (uri) =>
      uri === "" ? null : { id: uri, uri: known(rootOf(uri), "root", uri).uri },
    ),
    name: name ?? nameOf(wanted.uri),
  };
  const sources = { root: rootOf, sandbox, dataDir };
  const fields = resourceFields(columns, (uri) => uri);
  const isKnown =
    before?.fields.uri === fields.uri && isDeepStrictEqual(before.fields.content, fields.content);
  if (!isKnown) await checkResource(columns, sources);
  const problem = fileProblem(columns, sources);
  const id = row?.id ?? newId(entity, stores.resources);
  return {
    entity: { kind: "resource", uid: id, fields, withheld: [] },
    warnings: problem ? [`“${fields.uri}” cannot be read for now. ${problem.message}`] : [],
    write: () => {
      const { rootId: uri } = columns;
      const rootId = uri === null ? null : still(stores.roots.getByUri(uri)).id;
      if (row) changed(stores.resources.change(id, { ...columns, rootId }));
      else stores.resources.insert({ id, ...columns, rootId });
    },
    link: nothing,
  };
}
