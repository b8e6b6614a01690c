import type { IncomingMessage } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { formatBytes } from "@local-mcp/engine";

/**
 * Reads a whole body of at most `limit` bytes.
 *
 * @throws GatewayError payload_too_large
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = (): GatewayError =>
    new GatewayError("payload_too_large", { limit: formatBytes(limit) });
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString("utf8") ?? "";
}
