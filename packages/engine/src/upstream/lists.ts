import type { ListKind, ServerLists } from "../definitions.ts";
import { isErrorResponse, isObject, type JsonObject } from "../jsonrpc.ts";
import type { Link } from "./link.ts";

/** A server that never stops naming a next page is cut off here. */
const MAX_PAGES = 500;

interface ListMethod {
  method: string;
  /** Key of the list in the result. */
  key: string;
  /** What an entry is known by. */
  identity: "name" | "uri" | "uriTemplate";
  capability: "tools" | "prompts" | "resources";
}

export const LIST_METHODS: Record<ListKind, ListMethod> = {
  tools: { method: "tools/list", key: "tools", identity: "name", capability: "tools" },
  prompts: { method: "prompts/list", key: "prompts", identity: "name", capability: "prompts" },
  resources: {
    method: "resources/list",
    key: "resources",
    identity: "uri",
    capability: "resources",
  },
  resourceTemplates: {
    method: "resources/templates/list",
    key: "resourceTemplates",
    identity: "uriTemplate",
    capability: "resources",
  },
};

export const LIST_KINDS: readonly ListKind[] = [
  "tools",
  "prompts",
  "resources",
  "resourceTemplates",
];

/** Which lists a list_changed notification makes stale. */
export const STALE_LISTS: ReadonlyMap<string, readonly ListKind[]> = new Map([
  ["notifications/tools/list_changed", ["tools"]],
  ["notifications/prompts/list_changed", ["prompts"]],
  ["notifications/resources/list_changed", ["resources", "resourceTemplates"]],
]);

/** For how long, and for whom, an answer may be kept (MCP 2026-07-28, caching). */
export interface Caching {
  /** Null where the server has not said. */
  ttlMs: number | null;
  /** Whether it may be shown to anybody, and not only where it was fetched for. */
  isPublic: boolean;
}

export interface FetchedList {
  entries: JsonObject[];
  complete: boolean;
  caching: Caching;
}

/**
 * Walks all pages of one list. Entries without a usable identity or seen before are left out, since
 * nothing could call them. Null where the server answers with an error.
 *
 * @throws GatewayError as {@link Link.request}
 */
export async function fetchList(
  link: Link,
  kind: ListKind,
  timeoutMs: number,
): Promise<FetchedList | null> {
  const { method, key, identity } = LIST_METHODS[kind];
  const entries = new Map<string, JsonObject>();
  const cursors = new Set<string>();
  const pages: Caching[] = [];
  const fetched = (complete: boolean): FetchedList => ({
    entries: [...entries.values()],
    complete,
    caching: strictest(pages),
  });

  let params: JsonObject = {};
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await link.request(method, params, { timeoutMs });
    if (isErrorResponse(response)) return page === 0 ? null : fetched(false);
    const listed = response.result[key];
    for (const entry of Array.isArray(listed) ? listed : []) {
      if (!isObject(entry)) continue;
      const id = entry[identity];
      if (typeof id === "string" && !entries.has(id)) entries.set(id, entry);
    }
    pages.push(cachingOf(response.result));
    const next = response.result.nextCursor;
    // The empty string is a cursor like any other (MCP 2025-11-25, pagination: opaque).
    if (typeof next !== "string") return fetched(true);
    if (cursors.has(next)) break;
    cursors.add(next);
    params = { cursor: next };
  }
  return fetched(false);
}

function cachingOf({ ttlMs, cacheScope }: JsonObject): Caching {
  const isTime = typeof ttlMs === "number" && Number.isFinite(ttlMs) && ttlMs >= 0;
  return { ttlMs: isTime ? ttlMs : null, isPublic: cacheScope === "public" };
}

/** What holds for all of them together. */
export function strictest(parts: readonly Caching[]): Caching {
  const times = parts.map(({ ttlMs }) => ttlMs).filter((ttlMs) => ttlMs !== null);
  return {
    ttlMs: times.length === 0 ? null : Math.min(...times),
    isPublic: parts.length > 0 && parts.every(({ isPublic }) => isPublic),
  };
}

export const emptyLists = (): ServerLists => ({
  tools: [],
  prompts: [],
  resources: [],
  resourceTemplates: [],
});
