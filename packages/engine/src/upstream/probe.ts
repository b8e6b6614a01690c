import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { EraVerdict } from "../definitions.ts";
import { isErrorResponse, isObject, type JsonObject, type RpcError } from "../jsonrpc.ts";
import { MODERN_VERSIONS } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { failureBehind, type UpstreamFailure } from "./failure.ts";
import {
  askToDiscover,
  askToInitialize,
  discoveredVersions,
  spokenModernVersion,
} from "./handshake.ts";

/** Error codes that only the modern era has (MCP 2026-07-28, basic, error codes). */
const HEADER_MISMATCH = -32020;
const MISSING_CLIENT_CAPABILITY = -32021;
const UNSUPPORTED_VERSION = -32022;

export type ProbeResult = Pick<EraVerdict, "era" | "protocolVersion" | "certain">;

const LEGACY: ProbeResult = { era: "legacy", protocolVersion: null, certain: true };
const LEGACY_FOR_NOW: ProbeResult = { ...LEGACY, certain: false };
const modern = (protocolVersion: string): ProbeResult => ({
  era: "modern",
  protocolVersion,
  certain: true,
});

/**
 * Finds out which era a server speaks by asking it as a modern client would. The connection has to
 * be open, and is of no use afterwards: some servers end, or stay silent for good, at a message
 * before `initialize`. What comes of it is worth keeping once a handshake of that era has worked.
 *
 * @param timeoutMs how long silence may last before it is taken for an answer
 * @throws UpstreamFailure where nothing was learnt: the server was not reached, wants credentials,
 * or is elsewhere
 */
export async function probeEra(
  connection: Connection,
  clientInfo: JsonObject,
  timeoutMs: number,
): Promise<ProbeResult> {
  try {
    const response = await askToDiscover(connection, clientInfo, timeoutMs);
    return isErrorResponse(response) ? ofError(response.error) : ofResult(response.result);
  } catch (error) {
    const failure = failureBehind(error);
    if (failure) return ofFailure(failure);
    if (isSilence(error)) return LEGACY_FOR_NOW;
    throw error;
  }
}

/** So long after `initialize` was answered is silence to the question before it an answer, ms. */
const LATER_ANSWER_MS = 1000;

/**
 * The same of a process, which may first have to be downloaded: `initialize` is sent right behind
 * the question. A legacy server that keeps silent to what it does not know answers that, and one
 * that answers nothing has not started yet.
 *
 * @throws UpstreamFailure
 */
export async function probeProcess(
  connection: Connection,
  clientInfo: JsonObject,
  timeoutMs: number,
): Promise<ProbeResult> {
  const known = new AbortController();
  const { signal } = known;
  const asked = probeEra(connection, clientInfo, timeoutMs);
  const passedOver = askToInitialize(connection, clientInfo, {}, timeoutMs).then(
    () => sleep(LATER_ANSWER_MS, LEGACY, { signal }),
    // It says nothing: what comes of the question does.
    () => asked,
  );
  try {
    return await Promise.race([asked, passedOver]);
  } finally {
    known.abort();
  }
}

function ofResult(result: JsonObject): ProbeResult {
  const versions = discoveredVersions(result);
  // Answered well, yet with nothing to go by.
  if (!versions) return LEGACY_FOR_NOW;
  const version = spokenModernVersion(versions);
  return version === null ? LEGACY : modern(version);
}

function ofError({ code, data }: RpcError["error"]): ProbeResult {
  if (code === HEADER_MISMATCH || code === MISSING_CLIENT_CAPABILITY) {
    return modern(MODERN_VERSIONS[0]);
  }
  const supported = isObject(data) && Array.isArray(data.supported) ? data.supported : [];
  const version = code === UNSUPPORTED_VERSION ? spokenModernVersion(supported) : null;
  return version === null ? LEGACY : modern(version);
}

function ofFailure(failure: UpstreamFailure): ProbeResult {
  const { reason, status } = failure;
  if (reason.code === "exited") return LEGACY;
  if (status === null || NO_EVIDENCE.includes(status) || isRedirect(status)) throw failure;
  return status < 300 || status >= 500 || PASSING.includes(status) ? LEGACY_FOR_NOW : LEGACY;
}

/** HTTP statuses that speak of who asks, and not of what was asked. */
const NO_EVIDENCE: readonly number[] = [401, 403];
/** Request timeout, too many requests. */
const PASSING: readonly number[] = [408, 429];

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

const isSilence = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === "server_timeout";
