import type { ToolView } from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import { bytes, dateTime, facts, table } from "../output.ts";
import { secretWords } from "./server-views.ts";

const stateOf = ({ enabled, problem }: ToolView): string =>
  enabled ? (problem === null ? "on" : "not offered") : "off";

export const ownToolTable = (cli: Cli, tools: readonly ToolView[]): string =>
  tools.length === 0
    ? `No tools of the gateway's own. Make one: ${cli.command("tools add NAME --url URL")}`
    : table(
        ["NAME", "STATE", "CALLS", "PROFILES", "TAGS"],
        tools.map((tool) => [
          tool.name,
          stateOf(tool),
          `${tool.method} ${tool.url}`,
          tool.profiles.join(",") || "-",
          tool.tags.join(",") || "-",
        ]),
        cli.width,
      );

const fixedText = (values: ToolView["query"]): string | null =>
  Object.entries(values)
    .map(([name, value]) =>
      value.plain ? `${name}: ${value.value}` : `${name}  (${secretWords(value.secret.hint)})`,
    )
    .join("\n") || null;

const authText = ({ auth }: ToolView): string | null => {
  if (auth.type === "none") return null;
  if (auth.type === "bearer") return `bearer token (${secretWords(auth.token.hint)})`;
  return `“${auth.username}” with a password (${secretWords(auth.password.hint)})`;
};

const placesText = ({ arguments: places, body }: ToolView): string | null => {
  const lines = Object.entries(places).map(
    ([argument, place]) => `${argument}: ${place.in}${place.name ? `, as “${place.name}”` : ""}`,
  );
  if (body.whole !== null) lines.push(`${body.whole}: the whole body`);
  return lines.join("\n") || null;
};

const schemaText = (schema: object | null): string | null =>
  schema === null ? null : JSON.stringify(schema, null, 2);

export const toolFacts = (tool: ToolView): string => {
  const { problem } = tool;
  return facts([
    ["Name", tool.name],
    ["Title", tool.title],
    ["Description", tool.description || null],
    ["State", stateOf(tool)],
    ["Reason", problem && `${problem.message} ${problem.wayOut}`],
    ["Calls", `${tool.method} ${tool.url}`],
    ["Query", fixedText(tool.query)],
    ["Headers", fixedText(tool.headers)],
    ["Shows who it is", authText(tool)],
    ["Arguments", schemaText(tool.inputSchema)],
    ["Where they go", placesText(tool)],
    ["Body", tool.body.type === "json" ? null : tool.body.type],
    ["Answers", schemaText(tool.outputSchema)],
    ["Filter", tool.responseFilter],
    ["Call limit", tool.timeoutMs === null ? null : `${tool.timeoutMs / 1000} s`],
    ["Answer limit", tool.maxResponseBytes === null ? null : bytes(tool.maxResponseBytes)],
    ["Reaches", tool.allowPrivateNetwork ? "this computer and its network, too" : null],
    ["Profiles", tool.profiles.join(", ") || "none"],
    ["Tags", tool.tags.join(", ") || null],
    ["Added", dateTime(tool.createdAt)],
    ["Changed", dateTime(tool.updatedAt)],
  ]);
};
