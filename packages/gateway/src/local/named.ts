import { GatewayError } from "@local-mcp/contract";
import type { Stores } from "../stores.ts";

/** What the gateway defines itself: a tool or prompt by its name or id, a resource or root by its URI or id. */
export const named = ({
  tools,
  prompts,
  resources,
  roots,
}: Pick<Stores, "tools" | "prompts" | "resources" | "roots">) => ({
  tool: (name: string) => tools.getByName(name) ?? tools.get(name),
  prompt: (name: string) => prompts.getByName(name) ?? prompts.get(name),
  resource: (uri: string) => resources.getByUri(uri) ?? resources.get(uri),
  root: (uri: string) => roots.getByUri(uri) ?? roots.get(uri),
});
export type LocalKind = keyof ReturnType<typeof named>;

/** @throws GatewayError local_not_found where there is none */
export function known<Row>(row: Row | undefined, kind: LocalKind, name: string): Row {
  if (row) return row;
  throw new GatewayError("local_not_found", { kind, name: name.slice(0, 200) });
}
