import type { GatewayError, Problem } from "@local-mcp/contract";

/** An error as part of an answer that is none itself. */
export const problemOf = ({ code, message, wayOut, params }: GatewayError): Problem => ({
  code,
  message,
  wayOut,
  params,
});
