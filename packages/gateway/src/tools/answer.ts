import { STATUS_CODES } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import { formatBytes, type JsonObject } from "@local-mcp/engine";
import { parseJson } from "../json.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** An HTTP answer, whole, without what its sender was shown of our secrets. */
export interface ToolAnswer {
  /** That was asked, without its query. */
  url: string;
  status: number;
  /** As it says itself; empty where it does not. */
  contentType: string;
  /** Where it wants to be asked instead; null where it says nothing of that. */
  location: string | null;
  bytes: Buffer;
  /** The bytes as text; null where they are none. */
  text: string | null;
}

type Answering = Pick<ToolRow, "outputSchema" | "responseFilter">;

/** What of a refusal a model gets to read, characters. */
const MOST_OF_A_REFUSAL = 4096;
/** Problems of an answer that are told, at most. */
const MOST_PROBLEMS = 5;

/**
 * What an HTTP answer is as the result of `tools/call` (MCP 2025-11-25, tools). An answer that is not
 * what the tool promises is a result with `isError`, which the model gets to read. Never told are
 * headers, and what was sent.
 *
 * @throws GatewayError sandbox_…
 */
export async function resultOf(
  tool: Answering,
  answer: ToolAnswer,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (answer.status >= 400) return failed(refusal(answer));
  if (answer.status >= 300) return failed(redirection(answer));
  const type = typeOf(answer.contentType);
  if (isJson(type) && answer.bytes.length > 0) return jsonResult(tool, answer, sandbox, signal);
  if (tool.outputSchema !== null || tool.responseFilter !== null) {
    return failed(`JSON was expected, and ${described(answer)} came.`);
  }
  if (answer.bytes.length === 0) return textResult(`${statusOf(answer)}, without a body.`);
  return otherResult(type, answer);
}

async function jsonResult(
  tool: Answering,
  { text, contentType }: ToolAnswer,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<JsonObject> {
  let value: unknown;
  try {
    value = parseJson(text ?? "", "answer");
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { detail } = error.params;
    return failed(
      `The answer says that it is JSON (${shown(contentType)}), and is not: ${detail}.`,
    );
  }
  const { outputSchema, responseFilter } = tool;
  const isFiltered = responseFilter !== null;
  if (isFiltered) value = await filtered(responseFilter, value, sandbox, signal);
  // Read and written again, numbers beyond 2^53 would be others.
  const told = textResult(isFiltered || text === null ? JSON.stringify(value) : text);
  if (outputSchema === null) return told;
  const { valid, problems } = await sandbox.validate(outputSchema, value, signal);
  if (valid) return { ...told, structuredContent: value };
  const where = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => `${path === "" ? "the whole" : path}: ${message}`);
  return failed(`The answer does not fit the tool's output schema: ${where.join("; ")}`);
}

async function filtered(
  expression: string,
  value: unknown,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<unknown> {
  return (await sandbox.filter(expression, value, signal)) ?? null;
}

function otherResult(type: string, { url, bytes, text }: ToolAnswer): JsonObject {
  const [kind] = type.split("/");
  if (text !== null) return textResult(text);
  const data = bytes.toString("base64");
  if (kind === "image" || kind === "audio") {
    return { content: [{ type: kind, data, mimeType: type }] };
  }
  const mimeType = type === "" ? "application/octet-stream" : type;
  return { content: [{ type: "resource", resource: { uri: url, mimeType, blob: data } }] };
}

/** Whether bytes of this type are text, as far as the type tells. */
export const isTextual = (contentType: string): boolean => {
  const type = typeOf(contentType);
  return isJson(type) || TEXTUAL.test(type) || /;\s*charset=/i.test(contentType);
};

const TEXTUAL =
  /^text\/|\+(xml|yaml)$|^application\/(xml|javascript|ecmascript|yaml|x-yaml|toml|sql|graphql|x-ndjson|jsonl|x-www-form-urlencoded)$/;

const isJson = (type: string): boolean => /^(application|text)\/json$|\+json$/.test(type);

/** Without parameters. */
const typeOf = (contentType: string): string =>
  (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();

const statusOf = ({ status }: ToolAnswer): string =>
  `HTTP ${status} ${STATUS_CODES[status] ?? ""}`.trim();

function refusal(answer: ToolAnswer): string {
  const { text, bytes } = answer;
  if (bytes.length === 0) return `${statusOf(answer)}, without a body.`;
  if (text === null) return `${statusOf(answer)}, with ${described(answer)}.`;
  const isCut = text.length > MOST_OF_A_REFUSAL;
  return `${statusOf(answer)}:\n${text.slice(0, MOST_OF_A_REFUSAL)}${isCut ? "…" : ""}`;
}

function redirection(answer: ToolAnswer): string {
  const { location, url } = answer;
  if (location === null || !URL.canParse(location, url)) return `${statusOf(answer)}.`;
  const target = new URL(location, url);
  return `${statusOf(answer)}: it wants to be asked at ${target.host || target.protocol} instead. The gateway follows that for GET alone, so that nothing is done twice.`;
}

const described = ({ contentType, bytes }: ToolAnswer): string =>
  bytes.length === 0
    ? "nothing"
    : `${contentType === "" ? "something of no type" : shown(contentType)} (${formatBytes(bytes.length)})`;

const shown = (contentType: string): string => contentType.slice(0, 100);

const textResult = (text: string): JsonObject => ({ content: [{ type: "text", text }] });

const failed = (text: string): JsonObject => ({ ...textResult(text), isError: true });
