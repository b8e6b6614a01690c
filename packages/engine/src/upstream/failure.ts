import { type FailureCode, GatewayError, type StatusReason } from "@local-mcp/contract";

interface FailureOptions {
  retry: "never" | "later";
  detail?: string | null;
  cause?: unknown;
  status?: number;
  sessionLost?: boolean;
  neverProcessed?: boolean;
}

/**
 * Why a server could not be started or reached, or ended.
 *
 * `retry` is `never` where trying again cannot help before a person changes something, `later`
 * where it may.
 */
export class UpstreamFailure extends Error {
  readonly reason: StatusReason;
  readonly retry: "never" | "later";
  /** The HTTP status of the answer that was of no use; null where none came. */
  readonly status: number | null;
  /** The server has forgotten the session, and would begin another (MCP 2025-11-25, transports). */
  readonly sessionLost: boolean;
  /** The request it is told of has certainly not been acted on, and may be sent again. */
  readonly neverProcessed: boolean;

  constructor(code: FailureCode, message: string, options: FailureOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UpstreamFailure";
    this.reason = { code, message, detail: options.detail ?? null };
    this.retry = options.retry;
    this.status = options.status ?? null;
    this.sessionLost = options.sessionLost ?? false;
    this.neverProcessed = options.neverProcessed ?? false;
  }

  /** The same, told of a request that certainly was not acted on, or where that is not so. */
  told(neverProcessed: boolean): UpstreamFailure {
    return this.#with(this.message, { neverProcessed });
  }

  /** The same in other words. */
  reworded(message: string, detail: string | null): UpstreamFailure {
    return this.#with(message, { detail });
  }

  #with(message: string, changes: Partial<FailureOptions>): UpstreamFailure {
    const { reason, retry, status, sessionLost, neverProcessed, cause } = this;
    return new UpstreamFailure(reason.code, message, {
      retry,
      detail: reason.detail,
      cause,
      status: status ?? undefined,
      sessionLost,
      neverProcessed,
      ...changes,
    });
  }
}

/** The failure behind an error, also where a {@link GatewayError} tells of it; null for others. */
export function failureBehind(error: unknown): UpstreamFailure | null {
  if (error instanceof UpstreamFailure) return error;
  return error instanceof GatewayError && error.cause instanceof UpstreamFailure
    ? error.cause
    : null;
}

/** Whether a server is not there for anybody, and not only for what it was asked. */
export const isOutage = ({ reason: { code }, status, cause }: UpstreamFailure): boolean =>
  !isNotRenewed(cause) &&
  (code === "dns" ||
    code === "unreachable" ||
    code === "tls" ||
    (status !== null && status >= 500));

/** The server was not even asked, and may be there. */
const isNotRenewed = (cause: unknown): boolean =>
  cause instanceof GatewayError && cause.code === "sign_in_not_renewed";

/**
 * Whether a server lets nobody in before a person acts: nobody is signed in, or what is to be shown
 * cannot be read. A status of 403 is about one request (RFC 6750, 3.1).
 */
export const isLockedOut = ({ reason: { code }, status }: UpstreamFailure): boolean =>
  code === "vault" || code === "secret" || (code === "sign_in" && status !== 403);

/** The system's code of an error, such as ECONNREFUSED, or "". */
export const systemCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_OSSL|HOSTNAME_MISMATCH)/;

/**
 * Names what kept us from a host, or broke the way to it. `host` is shown to people; it holds no
 * secret. `status` is that of an answer which had begun.
 */
export function networkFailure(host: string, error: unknown, status?: number): UpstreamFailure {
  const known = failureBehind(error);
  if (known) return known;
  if (error instanceof GatewayError && error.code === "address_blocked") {
    return new UpstreamFailure("unreachable", error.message, {
      retry: "never",
      detail: error.wayOut,
      neverProcessed: true,
    });
  }
  const code = systemCode(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new UpstreamFailure("dns", `The name ${host} could not be resolved.`, {
      retry: "later",
      detail: code,
      neverProcessed: true,
    });
  }
  if (TLS_CODE.test(code)) {
    return new UpstreamFailure("tls", `The certificate of ${host} is not trusted.`, {
      retry: "never",
      detail: code,
      neverProcessed: true,
    });
  }
  const isRefused = code === "ECONNREFUSED";
  const why = isRefused ? "nothing listens there" : code || "the connection broke";
  return new UpstreamFailure("unreachable", `${host} cannot be reached: ${why}.`, {
    retry: "later",
    detail: code || null,
    status,
    neverProcessed: isRefused,
  });
}
