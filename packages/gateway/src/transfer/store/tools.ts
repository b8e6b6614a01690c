import type { StoredToolRequest, ToolRow } from "@local-mcp/database";
import type { ToolFields } from "@local-mcp/transfer";
import { type Columns, columnsOf } from "../../tools/columns.ts";
import type { At } from "./places.ts";

/** What of a row is configured. */
export type ToolColumns = Columns & Pick<ToolRow, "url" | "request">;

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
