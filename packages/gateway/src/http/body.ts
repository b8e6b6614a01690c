import type { IncomingMessage } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { formatBytes } from "@local-mcp/engine";

/**
 * Reads a whole body of at most `limit` bytes.
 *
 * @throws GatewayError payload_too_large
 */
export function readBody(request: IncomingMessage, limit: number): Promise<string> {
  // By events and not by iteration, which costs a good part of a small request.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (): void => {
      request.removeAllListeners("data");
      reject(new GatewayError("payload_too_large", { limit: formatBytes(limit) }));
    };
    if (Number(request.headers["content-length"] ?? 0) > limit) {
      refuse();
      return;
    }
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.once("error", reject);
  });
}

/** How long the rest of a refused body is let go by, ms. */
const LINGER_MS = 2000;

/**
 * Lets the rest of a refused body go by, so that the client gets to read the answer: a connection
 * that is closed over unread data throws it away (RFC 9112 §9.6). Resolves when it is over, or has
 * taken too long.
 */
export function letPass(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, LINGER_MS);
    const done = (): void => {
      clearTimeout(patience);
      resolve();
    };
    request.once("end", done);
    request.once("close", done);
    request.resume();
  });
}
