import { toolCreate } from "@local-mcp/contract";
import type { StoredToolRequest, ToolRow } from "@local-mcp/database";
import type { AnyEntity, Draft, Entity, ToolFields } from "@local-mcp/transfer";
import { columnsOf } from "../../tools/columns.ts";
import { draftTool, type ToolColumns } from "../../tools/draft-tool.ts";
import { moveOf, refuseMove, secretIdsOf, secretsOf } from "../../tools/stored-request.ts";
import { type NewSecret, OwnedSecrets, SecretCollector } from "../../vault/owned-secrets.ts";
import { changed, checked, newId, nothing, rowOf, type Storing } from "./draft.ts";
import { type At, keeping, moveWarnings, opening, revealing, storedSecrets } from "./places.ts";

export function toolFields(row: ToolColumns, at: At): ToolFields {
  const { query, headers, arguments: places, body, auth } = row.request;
  return {
    ...columnsOf(row),
    inputSchema: { ...row.inputSchema, type: "object" },
    outputSchema: row.outputSchema && { ...row.outputSchema, type: "object" },
    url: row.url,
    query: fixedOf("query", query, at),
    headers: fixedOf("headers", headers, at),
    arguments: places,
    body,
    auth: authOf(auth, at),
  };
}

const fixedOf = (
  where: "query" | "headers",
  values: StoredToolRequest["query"],
  at: At,
): ToolFields["query"] =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      "plain" in value
        ? { value: value.plain, plain: true }
        : { value: at(`${where}/${name}`, value.secret), plain: false },
    ]),
  );

function authOf(auth: StoredToolRequest["auth"], at: At): ToolFields["auth"] {
  if (auth.type === "none") return auth;
  if (auth.type === "bearer") return { type: "bearer", token: at("auth/token", auth.token.secret) };
  const { type, username, password } = auth;
  return { type, username, password: at("auth/password", password.secret) };
}

/** @throws GatewayError as adding and changing a tool does */
export async function buildTool(
  storing: Storing,
  entity: Entity<"tool">,
  before: AnyEntity | null,
): Promise<Draft> {
  const { stores, sandbox } = storing;
  const row = rowOf(before, stores.tools);
  const wanted = checked(toolCreate, entity.fields);
  const places = row ? secretsOf(row.request).map(({ id, name }) => ({ id, place: name })) : [];
  const stored = before ? storedSecrets(places, before) : [];
  const make = (unchanged: boolean) => {
    const collector = new SecretCollector(keeping(entity, stored, unchanged));
    return draftTool(wanted, sandbox, collector, row ?? undefined);
  };
  let built = await make(true);
  const move = row && moveOf(row, built.values);
  if (row && move) {
    // What the file has itself may go where the file says.
    built = await make(false);
    refuseMove(wanted.name, row, built.values);
  }
  const { values, secrets } = built;
  const { at, withheld } = opening(revealing(stored, secrets));
  const id = row?.id ?? newId(entity, stores.tools);
  const fields = toolFields(values, at);
  return {
    entity: { kind: "tool", uid: id, fields, withheld: withheld() },
    warnings: moveWarnings(move),
    write: () => writeTool(storing, id, row, values, secrets),
    link: nothing,
  };
}

function writeTool(
  { stores, vault }: Storing,
  id: string,
  before: ToolRow | null,
  values: ToolColumns,
  secrets: readonly NewSecret[],
): void {
  const owned = new OwnedSecrets(stores, vault, "tools");
  if (before) {
    if (secretIdsOf(before.request).length > 0) {
      owned.deleteUnused(id, secretIdsOf(values.request));
    }
    changed(stores.tools.change(id, values));
    if (values.name !== before.name) stores.tools.forgetNames(id);
  } else {
    stores.tools.insert({ id, ...values });
  }
  owned.store(id, values.name, secrets);
}
