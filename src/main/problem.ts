import { GatewayError, type Problem, problem as problemSchema } from "@local-mcp/contract";
import { ORPCError } from "@orpc/server";

/** What was thrown, as a person reads it. */
export function asProblem(error: unknown): Problem {
  const sent = error instanceof ORPCError ? problemSchema.safeParse(error.data) : null;
  if (sent?.success) return sent.data;
  const known = error instanceof GatewayError ? error : new GatewayError("internal");
  const { code, message, wayOut, params } = known;
  return { code, message, wayOut, params };
}

/** What was thrown, for the log. */
export const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
