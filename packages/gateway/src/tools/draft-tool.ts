import type { ToolCreate } from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { NewSecret, SecretCollector } from "../vault/owned-secrets.ts";
import { type CheckedTool, checkTool } from "./check-tool.ts";
import { type Columns, columnsOf } from "./columns.ts";
import { changeRequest } from "./stored-request.ts";
import { placeholdersIn } from "./tool-url.ts";

/** What of a row is configured. */
export type ToolColumns = Columns & Pick<ToolRow, "url" | "request">;

/**
 * What is stored of a tool that is being added.
 *
 * @param known the same tool as it is stored, whose schemas and filter were looked at before
 * @throws GatewayError validation_failed, tool_address_blocked, sandbox_…
 */
export async function draftTool(
  wanted: Omit<ToolCreate, "profiles">,
  sandbox: Sandbox,
  collector?: SecretCollector,
  known?: CheckedTool,
): Promise<{ values: ToolColumns; secrets: NewSecret[] }> {
  const { url, request, secrets } = changeRequest(null, wanted, collector);
  const { inputSchema = textsNamedIn(url) } = wanted;
  const values = { ...columnsOf({ ...wanted, inputSchema }), url, request };
  await checkTool(values, sandbox, known);
  return { values, secrets };
}

/** One text for each argument that the URL names. */
function textsNamedIn(url: string): ToolRow["inputSchema"] {
  const names = placeholdersIn(url);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    required: names,
    additionalProperties: false,
  };
}
