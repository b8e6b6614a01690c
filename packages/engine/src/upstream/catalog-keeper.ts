import type {
  CatalogStore,
  ListKind,
  Log,
  ServerCatalog,
  ServerDefinition,
} from "../definitions.ts";
import type { JsonObject } from "../jsonrpc.ts";
import { hasInvalidHeaderAnnotation } from "../protocol-headers.ts";
import { failureBehind, isOutage, type UpstreamFailure } from "./failure.ts";
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
import { ASK_AGAIN_MS, Patience } from "./patience.ts";

/** Several list_changed notifications in a row cost one listing, ms. */
const RELIST_DEBOUNCE_MS = 100;
/** A server that says so without end is listed no more often than this, ms. */
const RELIST_INTERVAL_MS = 1000;

export interface CatalogKeeperOptions {
  definition: () => ServerDefinition;
  store: CatalogStore;
  log: Log;
  onCatalog: () => void;
  /** Whether what a server offers could be fetched to its end. */
  onListed: (isIncomplete: boolean) => void;
  /**
   * A server that is connected could not be reached when it was asked, twice. It is asked again;
   * `isLasting` when that has gone on for a minute.
   */
  onOutage: (failure: UpstreamFailure, isLasting: boolean) => void;
}

interface Listing {
  kinds: readonly ListKind[];
  /** Whether such a list is believed where it is empty and was not before. */
  believes: (kind: ListKind) => boolean;
  /** For each page; as long as a start may take where it is not given. */
  timeoutMs?: number;
}

/**
 * Keeps the last good lists of one server, over its connections and over restarts. A list that is
 * empty all of a sudden may be that of a server which is not done starting: the last good one stays
 * until the server says that it has changed, or says the same for a minute.
 */
export class CatalogKeeper {
  readonly #options: CatalogKeeperOptions;
  /** To be listed anew, with whether the server itself says that they have changed. */
  readonly #stale = new Map<ListKind, boolean>();
  /** Empty, and not believed yet. */
  readonly #doubted = new Set<ListKind>();
  readonly #incomplete = new Set<ListKind>();
  readonly #caching = new Map<ListKind, Caching>();
  readonly #doubts: Patience;
  readonly #failures: Patience;
  #failed = 0;
  #catalog: ServerCatalog | null;
  /** Where it lists now; null while there is no connection. */
  #link: Link | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** ms of a clock that only goes forward. */
  #relistedAt = -Infinity;
  #believesNext = false;
  #hasTold = false;

  constructor(options: CatalogKeeperOptions) {
    this.#options = options;
    this.#catalog = options.store.load(options.definition().id);
    this.#doubts = new Patience((isLast) => void this.#askAgain(isLast));
    this.#failures = new Patience(() => void this.#relist());
  }

  get catalog(): ServerCatalog | null {
    return this.#catalog;
  }

  /** Whether what is known was listed by the server as it is configured now. */
  get isCurrent(): boolean {
    return this.#catalog?.configHash === this.#options.definition().configHash;
  }

  /** What the server said of all its lists together; nothing before they were first fetched. */
  get caching(): Caching {
    return strictest([...this.#caching.values()]);
  }

  tool(name: unknown): JsonObject | undefined {
    return this.#catalog?.lists.tools.find((tool) => tool.name === name);
  }

  /** A person has started it anew: what it lists next is believed, whatever it is. */
  believeNext(): void {
    this.#believesNext = true;
  }

  /** Fetches all that a new connection offers. @throws GatewayError as {@link fetchList} */
  async begin(link: Link): Promise<void> {
    this.end();
    this.#link = link;
    this.#caching.clear();
    this.#incomplete.clear();
    const believes = (): boolean => this.#believesNext;
    await this.#fetch(link, { kinds: LIST_KINDS, believes });
    if (link === this.#link) this.#believesNext = false;
  }

  /** There is no connection any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#doubts.reset();
    this.#failures.reset();
    this.#failed = 0;
    this.#stale.clear();
    this.#doubted.clear();
    this.#link = null;
  }

  /** Lists anew, soon, what a notification says has changed. @returns whether it says that */
  onNotification(method: string): boolean {
    const kinds = STALE_LISTS.get(method);
    if (kinds) this.#expire(kinds, true);
    return kinds !== undefined;
  }

  /** Lists everything anew, soon: changes may have been missed, or it may not be there any more. */
  onGap(): void {
    this.#expire(LIST_KINDS, false);
  }

  /**
   * Lists everything now.
   *
   * @param timeoutMs for each page
   * @throws GatewayError as {@link fetchList}
   */
  async list(timeoutMs: number): Promise<void> {
    const link = this.#link;
    if (link) await this.#fetch(link, { kinds: LIST_KINDS, believes: () => false, timeoutMs });
  }

  #expire(kinds: readonly ListKind[], isSaid: boolean): void {
    if (!this.#link) return;
    for (const kind of kinds) this.#stale.set(kind, isSaid || this.#stale.get(kind) === true);
    const next = this.#relistedAt + RELIST_INTERVAL_MS - performance.now();
    this.#timer ??= setTimeout(
      () => void this.#relist(),
      Math.max(RELIST_DEBOUNCE_MS, Math.min(next, RELIST_INTERVAL_MS)),
    );
  }

  async #relist(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#relistedAt = performance.now();
    const link = this.#link;
    if (!link || this.#stale.size === 0) return;
    const stale = new Map(this.#stale);
    this.#stale.clear();
    try {
      await this.#fetch(link, {
        kinds: [...stale.keys()],
        believes: (kind) => stale.get(kind) === true,
      });
      this.#failures.reset();
      this.#failed = 0;
    } catch (error) {
      if (link !== this.#link) return;
      for (const [kind, isSaid] of stale) {
        this.#stale.set(kind, isSaid || this.#stale.get(kind) === true);
      }
      this.#onFailed(error);
    }
  }

  /** Asking changes nothing, so it is asked once more. If the connection broke, that is told separately. */
  #onFailed(error: unknown): void {
    this.#failed += 1;
    this.#failures.again();
    if (this.#failed === 1) return;
    const failure = failureBehind(error);
    if (failure && isOutage(failure)) {
      this.#options.onOutage(failure, this.#failed > ASK_AGAIN_MS.length);
      return;
    }
    // The lists known so far stay.
    this.#failures.reset();
    this.#failed = 0;
    for (const kind of this.#stale.keys()) this.#incomplete.add(kind);
    this.#stale.clear();
    this.#options.onListed(true);
    this.#options.log.warn("lists could not be refreshed", {
      server: this.#options.definition().name,
      reason: error instanceof Error ? error.message : "unknown",
    });
  }

  /** Whether what is empty still is. */
  async #askAgain(isLast: boolean): Promise<void> {
    const link = this.#link;
    if (!link) return;
    try {
      await this.#fetch(link, { kinds: [...this.#doubted], believes: () => isLast });
    } catch {
      // No answer is no reason to believe it.
      if (link === this.#link && !isLast) this.#doubts.again();
    }
  }

  async #fetch(link: Link, { kinds, believes, timeoutMs }: Listing): Promise<void> {
    const { startTimeoutMs, configHash, id } = this.#options.definition();
    const fetched = await Promise.all(
      kinds.map(async (kind) => {
        const isOffered = link.offers(LIST_METHODS[kind].capability);
        const list = isOffered ? await fetchList(link, kind, timeoutMs ?? startTimeoutMs) : NOTHING;
        return [kind, list] as const;
      }),
    );
    if (link !== this.#link) return;
    const lists = { ...(this.#catalog?.lists ?? emptyLists()) };
    const isSame = this.#catalog?.configHash === configHash;
    for (const [kind, list] of fetched) {
      const entries = list && this.#usable(link, kind, list);
      const isEmptied = isSame && entries?.length === 0 && lists[kind].length > 0;
      if (entries) this.#judge(kind, isEmptied, believes(kind));
      const isKept = entries === null || this.#doubted.has(kind);
      if (!isKept) lists[kind] = entries;
      if (isKept || !list?.complete) this.#incomplete.add(kind);
      else this.#incomplete.delete(kind);
      if (list && list !== NOTHING) this.#caching.set(kind, list.caching);
    }
    if (this.#doubted.size === 0) this.#doubts.reset();
    else this.#doubts.again();
    const { implementation } = link;
    const catalog = { lists, implementation, listedAt: Date.now(), configHash };
    // First, since what is stored is compared with what was accepted before anybody is offered it.
    this.#options.store.save(id, catalog);
    this.#catalog = catalog;
    this.#options.onListed(this.#incomplete.size > 0);
    this.#options.onCatalog();
  }

  #judge(kind: ListKind, isEmptied: boolean, isBelieved: boolean): void {
    const { log, definition } = this.#options;
    const told = { server: definition().name, list: kind };
    if (!isEmptied || isBelieved) {
      if (isEmptied) log.info("a list is empty now", told);
      this.#doubted.delete(kind);
    } else if (!this.#doubted.has(kind)) {
      log.info("a list is empty all of a sudden, and asked for again", told);
      this.#doubted.add(kind);
    }
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

/** What is listed by a server that does not have this kind of thing. */
const NOTHING: FetchedList = {
  entries: [],
  complete: true,
  caching: { ttlMs: null, isPublic: false },
};
