import { createParser } from "eventsource-parser";
import { isMessage, isRecord, RpcError, type Message } from "../fixtures/json-rpc.ts";

import type { AnswerInput } from "./exercise.ts";

const VERSION = "2026-07-28";
const META = "io.modelcontextprotocol/";
/** How often a server may ask back before the client gives up. */
const MOST_ROUNDS = 8;

/**
 * A small client of MCP 2026-07-28 over HTTP: stateless requests with their envelope and headers,
 * `x-mcp-header` of the tools it has listed, and the rounds of `input_required`.
 */
export class ModernClient {
  private readonly url: string;
  private readonly answer: AnswerInput;
  /** The properties of each listed tool that are sent as headers too, with the header's name. */
  private readonly mirrored = new Map<string, Map<string, string>>();
  private nextId = 1;

  constructor(url: string, answer: AnswerInput) {
    this.url = url;
    this.answer = answer;
  }

  /** Sends a request, answers what is asked back, and returns the complete result. */
  async request(
    method: string,
    params: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    let more: Record<string, unknown> = {};
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const result = await this.round(method, { ...params, ...more });
      if (method === "tools/list") this.learn(result.tools);
      if (result.resultType !== "input_required") return result;
      more = {
        inputResponses: this.answers(result.inputRequests),
        ...("requestState" in result && { requestState: result.requestState }),
      };
    }
    throw new Error(`${method} asked back more than ${MOST_ROUNDS} times`);
  }

  private learn(tools: unknown): void {
    if (!Array.isArray(tools)) return;
    for (const tool of tools.filter(isRecord)) {
      this.mirrored.set(String(tool.name), headersOf(tool.inputSchema));
    }
  }

  private mirror(method: string, { name, arguments: args }: Record<string, unknown>): Headers {
    const headers = new Headers();
    if (method !== "tools/call" || !isRecord(args)) return headers;
    for (const [property, header] of this.mirrored.get(String(name)) ?? []) {
      const value = args[property] ?? null;
      if (value !== null) headers.set(`mcp-param-${header}`, encodeHeader(asText(value)));
    }
    return headers;
  }

  private answers(requests: unknown): Record<string, unknown> {
    if (!isRecord(requests)) return {};
    return Object.fromEntries(
      Object.entries(requests).map(([key, request]) => {
        if (!isRecord(request)) throw new Error(`the input request ${key} is no object`);
        const params = isRecord(request.params) ? request.params : {};
        return [key, this.answer(String(request.method), params)];
      }),
    );
  }

  private async round(
    method: string,
    params: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    const name = params.name ?? params.uri;
    const response = await fetch(this.url, {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        ...(typeof name === "string" && { "mcp-name": encodeHeader(name) }),
        ...Object.fromEntries(this.mirror(method, params)),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: envelope } }),
    });
    const messages = await readMessages(response);
    const answer = messages.find((message) => message.method === undefined && message.id === id);
    if (!answer) throw new Error(`${method}: HTTP ${response.status} without an answer`);
    if (answer.error) throw new RpcError(answer.error.code, answer.error.message);
    if (!isRecord(answer.result)) throw new Error(`${method} was not answered with an object`);
    return answer.result;
  }
}

const envelope = {
  [`${META}protocolVersion`]: VERSION,
  [`${META}clientInfo`]: { name: "conformance-driver", version: "1.0.0" },
  [`${META}clientCapabilities`]: { elicitation: { form: {} }, sampling: {}, roots: {} },
};

/** MCP 2026-07-28, custom headers: only strings, integers and booleans are mirrored. */
const asText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const headersOf = (schema: unknown): Map<string, string> => {
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
  const found = new Map<string, string>();
  for (const [property, one] of Object.entries(properties)) {
    const header = isRecord(one) ? one["x-mcp-header"] : undefined;
    if (typeof header === "string") found.set(property, header);
  }
  return found;
};

/** MCP 2026-07-28, headers: what is not plain ASCII goes as Base64. */
const encodeHeader = (value: string): string =>
  /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)
    ? value
    : `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;

const readMessages = async (response: Response): Promise<Message[]> => {
  const text = await response.text();
  const found: unknown[] = [];
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    const parser = createParser({ onEvent: ({ data }) => found.push(JSON.parse(data)) });
    parser.feed(text);
  } else if (text !== "") {
    found.push(JSON.parse(text));
  }
  return found.filter(isMessage);
};
