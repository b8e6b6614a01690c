import { GatewayError } from "@local-mcp/contract";

/** What was thrown, as others may hear of it; anything unexpected stays inside. */
export const knownError = (thrown: unknown): GatewayError =>
  thrown instanceof GatewayError ? thrown : new GatewayError("internal", {}, { cause: thrown });
