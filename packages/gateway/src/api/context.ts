import { contract, describeIssues, GatewayError, type TokenRight } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { implement, ORPCError, ValidationError } from "@orpc/server";
import type { ProcedureAudit } from "../audit/procedure-audit.ts";
import type { Principal } from "../tokens/principal.ts";

/** Who calls the API. In process it is the person at this computer, with every right. */
export interface ApiContext {
  principal: Principal;
  audit: ProcedureAudit;
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

/** What somebody was not allowed to do is recorded as well, so this comes before the rights. */
const recorded = withKnownErrors.use(({ next, context, path }, input) =>
  context.audit.around({ procedure: path.join("."), actor: context.principal, input }, async () =>
    next(),
  ),
);

/** What most procedures need. */
export const manage = recorded.use(({ next, context }) => {
  requireRight(context.principal, "manage");
  return next();
});

/**
 * What changes the keys of the vault. One that is added opens every secret, and goes on doing so
 * when the token that added it is revoked. Who can start processes can read secrets anyway; nobody
 * else gets hold of them by the API.
 */
export const changeKeys = manage.use(({ next, context }) => {
  requireRight(context.principal, "processes");
  return next();
});

/**
 * Who may come to one profile only may use it and nothing else, whatever more a token says.
 *
 * @throws GatewayError token_lacks_right, page_starts_nothing
 */
export function requireRight({ rights, profileId, isPage }: Principal, right: TokenRight): void {
  if (!hasRight({ rights, profileId }, right)) {
    throw new GatewayError("token_lacks_right", { right });
  }
  // Whatever its token says: a person has to see a command where it would run.
  if (right === "processes" && isPage === true) throw new GatewayError("page_starts_nothing");
}

/**
 * Whoever is given secrets under a key that they have, or can guess, can read them. Nothing is
 * started by that, so a page may ask for it too.
 *
 * @throws GatewayError token_lacks_right
 */
export function requireToReadSecrets(principal: Principal): void {
  if (!hasRight(principal, "processes")) {
    throw new GatewayError("token_lacks_right", { right: "processes" });
  }
}

/** Whether a token says so, wherever it is used. */
export const hasRight = (
  { rights, profileId }: Pick<Principal, "rights" | "profileId">,
  right: TokenRight,
): boolean => rights.includes(right) && (right === "use" || profileId === null);

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
