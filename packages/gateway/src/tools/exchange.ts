import { GatewayError, type Settings } from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import {
  createFetch,
  type FetchOptions,
  formatBytes,
  TooLargeError,
  TooLateError,
} from "@local-mcp/engine";
import { withoutSecrets } from "@local-mcp/vault";
import { isTextual, type ToolAnswer } from "./answer.ts";
import { asToolError, policyOf } from "./check-tool.ts";
import type { ToolRequest } from "./request.ts";

export interface ExchangeOptions {
  settings: Settings;
  routeTo: FetchOptions["routeTo"];
  /** Values that the API is shown, and that nobody else is, if it shows them back. */
  secrets: readonly string[];
  signal: AbortSignal;
}

type Reaching = Pick<
  ToolRow,
  "name" | "url" | "allowPrivateNetwork" | "timeoutMs" | "maxResponseBytes"
>;

/**
 * Sends the request of a tool, once, and reads the answer to its end.
 *
 * @throws GatewayError tool_address_blocked, tool_unreachable, tool_too_late, tool_answer_too_large,
 * request_cancelled
 */
export async function ask(
  tool: Reaching,
  request: ToolRequest,
  { settings, routeTo, secrets, signal }: ExchangeOptions,
): Promise<ToolAnswer> {
  const timeoutMs = tool.timeoutMs ?? settings.callTimeoutMs;
  const maxBytes = tool.maxResponseBytes ?? settings.maxResponseBytes;
  const fetch = createFetch({ routeTo, policy: policyOf(tool), timeoutMs, maxBytes });
  try {
    const { method, headers, body } = request;
    const response = await fetch(request.url, { method, headers, body, signal });
    const bytes = Buffer.from(await response.arrayBuffer());
    const contentType = response.headers.get("content-type") ?? "";
    const text = textOf(bytes, contentType);
    const [url = ""] = request.url.split("?", 1);
    return {
      url,
      status: response.status,
      contentType: withoutSecrets(contentType, secrets),
      location: response.headers.get("location"),
      bytes,
      text: text === null ? null : withoutSecrets(text, secrets),
    };
  } catch (error) {
    throw inWordsOfTools(tool.name, error, { timeoutMs, maxBytes });
  }
}

function inWordsOfTools(
  tool: string,
  error: unknown,
  limits: { timeoutMs: number; maxBytes: number },
): unknown {
  if (!(error instanceof GatewayError) || error.code !== "host_unreachable") {
    return asToolError(tool, error);
  }
  const { host = "", reason = "" } = error.params;
  const { cause } = error;
  if (cause instanceof TooLateError) {
    const seconds = limits.timeoutMs / 1000;
    return new GatewayError("tool_too_late", { tool, host, seconds }, { cause });
  }
  if (cause instanceof TooLargeError) {
    const limit = formatBytes(limits.maxBytes);
    return new GatewayError("tool_answer_too_large", { tool, host, limit }, { cause });
  }
  return new GatewayError("tool_unreachable", { tool, host, reason }, { cause });
}

/** What says of itself that it is text is read as that; what says nothing, where it is UTF-8. */
function textOf(bytes: Buffer, contentType: string): string | null {
  if (isTextual(contentType)) return decoderOf(contentType).decode(bytes);
  if (contentType !== "") return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decoderOf(contentType: string): TextDecoder {
  const label = /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label);
  } catch {
    // An encoding of which nobody knows.
    return new TextDecoder();
  }
}
