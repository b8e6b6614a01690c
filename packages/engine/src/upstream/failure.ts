import type { FailureCode, StatusReason } from "@local-mcp/contract";

/**
 * Why a server could not be started or reached, or ended.
 *
 * `retry` is `never` where trying again cannot help before a person changes something, `later`
 * where it may.
 */
export class UpstreamFailure extends Error {
  readonly reason: StatusReason;
  readonly retry: "never" | "later";

  constructor(
    code: FailureCode,
    message: string,
    options: { retry: "never" | "later"; detail?: string | null; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UpstreamFailure";
    this.reason = { code, message, detail: options.detail ?? null };
    this.retry = options.retry;
  }
}

/** The system's code of an error, such as ECONNREFUSED, or "". */
export const systemCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_OSSL|HOSTNAME_MISMATCH)/;

/** Names what kept us from a host. `host` is shown to people; it holds no secret. */
export function networkFailure(host: string, error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = systemCode(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new UpstreamFailure("dns", `The name ${host} could not be resolved.`, {
      retry: "later",
      detail: code,
    });
  }
  if (TLS_CODE.test(code)) {
    return new UpstreamFailure("tls", `The certificate of ${host} is not trusted.`, {
      retry: "never",
      detail: code,
    });
  }
  const why = code === "ECONNREFUSED" ? "nothing listens there" : code || "the connection broke";
  return new UpstreamFailure("unreachable", `${host} cannot be reached: ${why}.`, {
    retry: "later",
    detail: code || null,
  });
}
