import type { LogDetail } from "@local-mcp/contract";
import { isObject, type JsonObject, parameterHeaders, routingHeaders } from "@local-mcp/engine";
import { readRecorded } from "./recorded.ts";

/** What what is copied speaks where the client had a session. */
const LEGACY_VERSION = "2025-11-25";

/** What is copied, for those who are neither a shell nor a client. */
interface Copied {
  url: string;
  message: JsonObject;
  /** Headers of the modern era; none of a client with a session. */
  headers: Record<string, string>;
}

/**
 * A recorded request as a command of a shell, or as code of the official client. Both send it again
 * with the token in the variable LOCAL_MCP_TOKEN, and hold none.
 *
 * @param address base URL of the gateway
 * @param inputSchema of the tool that it calls
 * @throws GatewayError log_no_call, log_not_whole
 */
export function copyOf(
  detail: LogDetail,
  as: "curl" | "client",
  { address, inputSchema }: { address: string; inputSchema: unknown },
): string {
  const { profile, message } = readRecorded(detail);
  const routing = routingHeaders(message);
  const isModern = Object.keys(routing).length > 0;
  const args = isObject(message["params"]) ? message["params"]["arguments"] : undefined;
  const headers = isModern ? { ...routing, ...parameterHeaders(inputSchema, args) } : {};
  const copied = { url: `${address}/mcp/${profile}`, message, headers };
  return as === "curl" ? commandOf(copied) : codeOf(copied);
}

function commandOf({ url, message, headers }: Copied): string {
  const words = Object.entries(headers).map(([name, value]) => quoted(`${name}: ${value}`));
  if (words.length > 0 || message["method"] === "initialize") {
    return `${post(quoted(url), words, message)}\n`;
  }
  const initialize = post('"$url"', [], INITIALIZE, "-o /dev/null -D - ");
  const session = [quoted(`MCP-Protocol-Version: ${LEGACY_VERSION}`), '"Mcp-Session-Id: $session"'];
  return [
    `url=${quoted(url)}`,
    `session=$(${initialize} |`,
    String.raw`  tr -d '\r' | awk 'tolower($1) == "mcp-session-id:" { print $2 }')`,
    post('"$url"', session, INITIALIZED),
    post('"$url"', session, message),
    "",
  ].join("\n");
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: LEGACY_VERSION,
    capabilities: {},
    clientInfo: { name: "curl", version: "1.0.0" },
  },
};
const INITIALIZED = { jsonrpc: "2.0", method: "notifications/initialized" };

/** @param url and headers as words of the shell */
const post = (url: string, headers: string[], message: JsonObject, options = ""): string =>
  [
    `curl -sS ${options}${url}`,
    ...[
      '"Authorization: Bearer $LOCAL_MCP_TOKEN"',
      quoted("Content-Type: application/json"),
      quoted("Accept: application/json, text/event-stream"),
      ...headers,
    ].map((header) => `-H ${header}`),
    `--data-raw ${quoted(json(message))}`,
  ].join(" \\\n  ");

/** One word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function codeOf({ url, message, headers }: Copied): string {
  const version = headers["MCP-Protocol-Version"];
  const options =
    version === undefined
      ? ""
      : `, {\n  versionNegotiation: { mode: { pin: ${json(version)} } },\n}`;
  return `import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const client = new Client({ name: "copied", version: "1.0.0" }${options});
await client.connect(
  new StreamableHTTPClientTransport(new URL(${json(url)}), {
    requestInit: { headers: { authorization: \`Bearer \${process.env.LOCAL_MCP_TOKEN}\` } },
  }),
);
${askedOf(message)}
await client.close();
`;
}

function askedOf({ method, params }: JsonObject): string {
  // It asks that by itself.
  if (method === "initialize") return "console.log(client.getServerCapabilities());";
  const own = isObject(params) ? withoutEnvelope(params) : {};
  const asked =
    method === "tools/call"
      ? `callTool(${json(own, 2)})`
      : `request(${json({ method, params: own }, 2)})`;
  return `const result = await client.${asked};\nconsole.log(JSON.stringify(result, null, 2));`;
}

/** What every client says of itself and of its request, it says itself. */
function withoutEnvelope({ _meta, ...params }: JsonObject): JsonObject {
  if (!isObject(_meta)) return params;
  const own = Object.entries(_meta).filter(
    ([key]) => key !== "progressToken" && !key.startsWith("io.modelcontextprotocol/"),
  );
  return own.length === 0 ? params : { ...params, _meta: Object.fromEntries(own) };
}

/** What rearranges a line where it is shown, and line ends of a kind that not all know. */
const TREACHEROUS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON in which nothing hides from whoever reads it before it is run. */
const json = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    TREACHEROUS,
    (one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
