import { LOCAL_SERVER } from "@local-mcp/contract";

/** A server as people read it; null for what no server was asked. */
export const serverText = (server: string | null): string =>
  server === LOCAL_SERVER ? "The gateway’s own" : (server ?? "–");
