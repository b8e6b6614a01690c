import { isObject, type JsonObject } from "../jsonrpc.ts";
import { META } from "../protocol.ts";

/** What every modern request says of itself (MCP 2026-07-28, basic). */
export interface Envelope {
  protocolVersion: string;
  clientInfo: JsonObject;
  /** What the client can do, for this request alone. */
  capabilities: JsonObject;
  /** Null asks for no log messages at all. */
  logLevel: string | null;
}

/** The same params with the envelope; whatever else is in them and in their `_meta` stays. */
export function withEnvelope(params: JsonObject | undefined, envelope: Envelope): JsonObject {
  const { [META.logLevel]: _, ...meta } = isObject(params?._meta) ? params._meta : {};
  const { protocolVersion, clientInfo, capabilities, logLevel } = envelope;
  return {
    ...params,
    _meta: {
      ...meta,
      [META.protocolVersion]: protocolVersion,
      [META.clientInfo]: clientInfo,
      [META.clientCapabilities]: capabilities,
      ...(logLevel !== null && { [META.logLevel]: logLevel }),
    },
  };
}
