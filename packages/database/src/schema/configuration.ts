/** Everything in local-mcp-gateway.db. */
export * from "./local.ts";
export * from "./metrics.ts";
export * from "./logs.ts";
export * from "./profiles.ts";
export * from "./relations.ts";
export * from "./servers.ts";
export * from "./sessions.ts";
export * from "./system.ts";
