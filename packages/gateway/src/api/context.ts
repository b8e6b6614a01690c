import { contract, GatewayError, type TokenRight } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { implement, ORPCError, ValidationError } from "@orpc/server";
import { describeIssues } from "../issues.ts";
import type { Principal } from "../tokens/tokens.ts";

/** Who calls the API. In process it is the person at this computer, with every right. */
export interface ApiContext {
  principal: Principal;
  log: Log;
}

const implementer = implement(contract).$context<ApiContext>();

/**
 * Every procedure answers with errors of the one table. What is none of ours stays inside and in
 * the log.
 */
const withKnownErrors = implementer.use(async ({ next, context, path }) => {
  try {
    return await next();
  } catch (thrown) {
    throw asApiError(thrown, path.join("."), context.log);
  }
});

/** What most procedures need. */
export const manage = withKnownErrors.use(({ next, context }) => {
  requireRight(context.principal, "manage");
  return next();
});

/** @throws GatewayError token_lacks_right */
export function requireRight(principal: Principal, right: TokenRight): void {
  if (!principal.rights.includes(right)) throw new GatewayError("token_lacks_right", { right });
}

/** What was thrown, as every carrier of the contract tells it. */
export function asApiError(
  thrown: unknown,
  procedure: string,
  log: Log,
): ORPCError<string, unknown> {
  const error = asGatewayError(thrown, procedure, log);
  return new ORPCError(error.code.toUpperCase(), {
    status: error.http,
    message: error.message,
    data: {
      code: error.code,
      params: error.params,
      message: error.message,
      wayOut: error.wayOut,
    },
  });
}

function asGatewayError(thrown: unknown, procedure: string, log: Log): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (thrown instanceof ORPCError && thrown.code === "BAD_REQUEST") {
    const { cause } = thrown;
    if (cause instanceof ValidationError) {
      return new GatewayError("validation_failed", { detail: describeIssues(cause.issues) });
    }
    return new GatewayError("malformed_json", { what: "request", detail: "it cannot be read" });
  }
  log.error("a procedure failed", {
    procedure,
    error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  });
  return new GatewayError("internal");
}
