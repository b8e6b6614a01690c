import { LOCAL_SERVER, type MetricKind, type MetricsView, type Page } from "@local-mcp/contract";
import { routeTo } from "../../app/router.ts";

export type Used = MetricsView["items"][number];
export type SortKey = "calls" | "errors" | "p95Ms";

/** The most first; what is alike stays in the order it came in. */
export const sortUsed = (items: readonly Used[], by: SortKey): Used[] =>
  [...items].sort((one, other) => (other[by] ?? -1) - (one[by] ?? -1));

const LOCAL_PAGES: Record<MetricKind, Page> = {
  tool: "tools",
  prompt: "prompts",
  resource: "resources",
};

/** Where it is configured: its server, or the gateway's own one; null where neither is there any more. */
export function routeOf(
  { kind, name, server }: Pick<Used, "kind" | "name" | "server">,
  servers: ReadonlyMap<string, string>,
): string | null {
  if (server === LOCAL_SERVER) return routeTo(LOCAL_PAGES[kind], [name]);
  const id = servers.get(server);
  return id === undefined ? null : routeTo("servers", [id]);
}
