import { GatewayError, type LogDetail } from "@local-mcp/contract";
import { formatBytes, isObject, type JsonObject } from "@local-mcp/engine";

/** One that {@link readRecorded} has read. */
export interface RecordedRequest {
  profile: string;
  message: JsonObject;
}

/**
 * What a client asked in a profile, as it was recorded; what redaction took is missing from it.
 *
 * @throws GatewayError log_no_call, log_not_whole
 */
export function readRecorded(detail: LogDetail): RecordedRequest {
  const { id, request } = detail;
  const profile = profileOf(detail);
  if (request === null) throw notWhole(id, "its messages were not recorded.");
  if (request.cut) {
    const kept = formatBytes(Buffer.byteLength(request.text));
    throw notWhole(id, `only ${kept} of ${formatBytes(request.bytes)} were kept.`);
  }
  const message = parsed(request.text);
  if (!isObject(message)) throw notWhole(id, "what was kept of it cannot be read.");
  return { profile, message };
}

/** @throws GatewayError log_no_call where no client asked for it in a profile */
export function profileOf({ id, kind, profile }: LogDetail): string {
  if (kind === "request" && profile !== null) return profile;
  throw new GatewayError("log_no_call", { id, what: "request" });
}

/** @param reason as a sentence that follows a colon */
export const notWhole = (id: number, reason: string): GatewayError =>
  new GatewayError("log_not_whole", { id, reason });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
