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
    const contentType = response.headers.get("content-type") ?? "";
    const received = Buffer.from(await response.arrayBuffer());
    const bytes = isUtf8(contentType) ? received : bytesWithout(received, secrets);
    const text = textOf(bytes, contentType);
    const location = response.headers.get("location");
    const [url = ""] = request.url.split("?", 1);
    return {
      url,
      status: response.status,
      contentType: withoutSecrets(contentType, secrets),
      location: location === null ? null : withoutSecrets(location, secrets),
      bytes,
      text: text === null ? null : withoutSecrets(text, secrets),
    };
  } catch (error) {
    throw inWordsOfTools(tool.name, error, { timeoutMs, maxBytes });
  }
}

/** Of what is no text, or is said to be text of another encoding than it is. */
function bytesWithout(bytes: Buffer, secrets: readonly string[]): Buffer {
  const asBytes = secrets.map((secret) => Buffer.from(secret).toString("latin1"));
  const text = bytes.toString("latin1");
  const clean = withoutSecrets(text, [...secrets, ...asBytes]);
  return clean === text ? bytes : Buffer.from(clean, "latin1");
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

const isUtf8 = (contentType: string): boolean =>
  isTextual(contentType) && decoderOf(contentType).encoding === "utf-8";

function decoderOf(contentType: string): TextDecoder {
  const label = /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label);
  } catch {
    // An encoding of which nobody knows.
    return new TextDecoder();
  }
}
