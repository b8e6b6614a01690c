import { ACCESS_ERRORS } from "./errors/access.ts";
import { BACKUP_ERRORS } from "./errors/backup.ts";
import { GATEWAY_ERRORS } from "./errors/gateway.ts";
import { LOCAL_ERRORS } from "./errors/local.ts";
import { LOG_ERRORS } from "./errors/logs.ts";
import { MESSAGE_ERRORS } from "./errors/messages.ts";
import { NAMING_ERRORS } from "./errors/naming.ts";
import { PROTOCOL_ERRORS } from "./errors/protocol.ts";
import { SESSION_BACKUP_ERRORS } from "./errors/session-backups.ts";
import { SESSION_ERRORS } from "./errors/sessions.ts";
import { SIGN_IN_ERRORS } from "./errors/sign-in.ts";
import { TRANSFER_ERRORS } from "./errors/transfer.ts";
import { UPSTREAM_ERRORS } from "./errors/upstreams.ts";
import { VAULT_ERRORS } from "./errors/vault.ts";
import type { ExitCode } from "./exit-codes.ts";

/**
 * The one table of what can go wrong. Every face renders an entry of it: REST by `http`, the MCP
 * endpoint by `http` and `jsonRpc`, the command line by `exit`, people by `sentence` and `wayOut`.
 *
 * `{name}` in a text is filled from the parameters of the error. JSON-RPC codes follow MCP
 * 2025-11-25 and 2026-07-28: -32000…-32019 are ours to use, -32020…-32099 belong to the protocol.
 */
export const ERRORS = {
  ...MESSAGE_ERRORS,
  ...PROTOCOL_ERRORS,
  ...ACCESS_ERRORS,
  ...NAMING_ERRORS,
  ...LOCAL_ERRORS,
  ...LOG_ERRORS,
  ...UPSTREAM_ERRORS,
  ...SESSION_ERRORS,
  ...SESSION_BACKUP_ERRORS,
  ...SIGN_IN_ERRORS,
  ...VAULT_ERRORS,
  ...BACKUP_ERRORS,
  ...TRANSFER_ERRORS,
  ...GATEWAY_ERRORS,
};

export type ErrorCode = keyof typeof ERRORS;

/** Values for the `{placeholders}` of an error's texts. Never a secret. */
export type ErrorParams = Record<string, string | number>;

const fill = (template: string, params: ErrorParams): string =>
  template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    name in params ? String(params[name]) : placeholder,
  );

/**
 * An error a person can act on: `message` says what happened, `wayOut` what to do, `code` is the
 * key of {@link ERRORS}. Its texts hold no secret, so it may be shown, logged and returned.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly wayOut: string;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(fill(ERRORS[code].sentence, params), options);
    this.name = "GatewayError";
    this.code = code;
    this.params = params;
    this.wayOut = fill(ERRORS[code].wayOut, params);
  }

  get http(): number {
    return ERRORS[this.code].http;
  }

  get jsonRpc(): number {
    return ERRORS[this.code].jsonRpc;
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(ERRORS, code);
