import type {
  CatalogStore,
  ListKind,
  Log,
  ServerCatalog,
  ServerDefinition,
} from "../definitions.ts";
import type { JsonObject } from "../jsonrpc.ts";
import { hasInvalidHeaderAnnotation } from "../protocol-headers.ts";
import type { Link } from "./link.ts";
import {
  type Caching,
  emptyLists,
  type FetchedList,
  fetchList,
  LIST_KINDS,
  LIST_METHODS,
  STALE_LISTS,
  strictest,
} from "./lists.ts";

/** Several list_changed notifications in a row cost one listing, ms. */
const RELIST_DEBOUNCE_MS = 100;

export interface CatalogKeeperOptions {
  definition: () => ServerDefinition;
  store: CatalogStore;
  log: Log;
  onCatalog: () => void;
  /** Whether what a server offers could be fetched to its end. */
  onListed: (isIncomplete: boolean) => void;
}

/** Keeps the last good lists of one server, over its connections and over restarts. */
export class CatalogKeeper {
  readonly #options: CatalogKeeperOptions;
  readonly #stale = new Set<ListKind>();
  readonly #caching = new Map<ListKind, Caching>();
  #catalog: ServerCatalog | null;
  /** Where it lists now; null while there is no connection. */
  #link: Link | null = null;
  #timer: NodeJS.Timeout | undefined;
  #hasTold = false;

  constructor(options: CatalogKeeperOptions) {
    this.#options = options;
    this.#catalog = options.store.load(options.definition().id);
  }

  get catalog(): ServerCatalog | null {
    return this.#catalog;
  }

  /** What the server said of all its lists together; nothing before they were first fetched. */
  get caching(): Caching {
    return strictest([...this.#caching.values()]);
  }

  tool(name: unknown): JsonObject | undefined {
    return this.#catalog?.lists.tools.find((tool) => tool.name === name);
  }

  /** Fetches all that a new connection offers. @throws GatewayError as {@link fetchList} */
  async begin(link: Link): Promise<void> {
    this.end();
    this.#link = link;
    this.#caching.clear();
    await this.#fetch(
      link,
      LIST_KINDS.filter((kind) => link.offers(LIST_METHODS[kind].capability)),
      [],
    );
  }

  /** There is no connection any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#stale.clear();
    this.#link = null;
  }

  /** Lists anew, soon, what a notification says has changed. @returns whether it says that */
  onNotification(method: string): boolean {
    const kinds = STALE_LISTS.get(method);
    if (kinds) this.#expire(kinds);
    return kinds !== undefined;
  }

  /** Lists everything anew, soon. */
  onGap(): void {
    const link = this.#link;
    if (link) this.#expire(LIST_KINDS.filter((kind) => link.offers(LIST_METHODS[kind].capability)));
  }

  #expire(kinds: readonly ListKind[]): void {
    for (const kind of kinds) this.#stale.add(kind);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#relist(), RELIST_DEBOUNCE_MS);
  }

  async #relist(): Promise<void> {
    const link = this.#link;
    if (!link || !this.#catalog) return;
    const kinds = [...this.#stale];
    this.#stale.clear();
    try {
      const keep = LIST_KINDS.filter((kind) => !kinds.includes(kind));
      await this.#fetch(link, kinds, keep);
    } catch (error) {
      if (link !== this.#link) return;
      // The lists known so far stay; if the connection is what broke, its end is told separately.
      this.#options.onListed(true);
      this.#options.log.warn("lists could not be refreshed", {
        server: this.#options.definition().name,
        reason: error instanceof Error ? error.message : "unknown",
      });
    }
  }

  /** Fetches some lists and keeps the last good ones of `keep`. */
  async #fetch(link: Link, kinds: readonly ListKind[], keep: readonly ListKind[]): Promise<void> {
    const { startTimeoutMs, configHash, id } = this.#options.definition();
    const fetched = await Promise.all(
      kinds.map(async (kind) => [kind, await fetchList(link, kind, startTimeoutMs)] as const),
    );
    if (link !== this.#link) return;
    const before = this.#catalog?.lists ?? emptyLists();
    const lists = emptyLists();
    for (const kind of keep) lists[kind] = before[kind];
    let isIncomplete = false;
    for (const [kind, list] of fetched) {
      if (!list?.complete) isIncomplete = true;
      lists[kind] = list ? this.#usable(link, kind, list) : before[kind];
      if (list) this.#caching.set(kind, list.caching);
    }
    const { implementation } = link;
    const catalog = { lists, implementation, listedAt: Date.now(), configHash };
    this.#catalog = catalog;
    this.#options.onListed(isIncomplete);
    this.#options.store.save(id, catalog);
    this.#options.onCatalog();
  }

  /** A tool whose headers cannot be told must not be offered (MCP 2026-07-28, x-mcp-header). */
  #usable(link: Link, kind: ListKind, { entries }: FetchedList): JsonObject[] {
    if (kind !== "tools" || link.era === "legacy" || !link.isHttp) return entries;
    const refused = new Set(entries.filter(hasInvalidHeaderAnnotation));
    if (refused.size > 0 && !this.#hasTold) {
      this.#hasTold = true;
      this.#options.log.warn("tools left out for an invalid x-mcp-header", {
        server: this.#options.definition().name,
        tools: [...refused].map(({ name }) => name),
      });
    }
    return entries.filter((tool) => !refused.has(tool));
  }
}
