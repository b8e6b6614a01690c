import {
  hasTags,
  type RootCreate,
  type RootUpdate,
  type RootView,
  type TagFilter,
} from "@local-mcp/contract";
import type { RootRow } from "@local-mcp/database";
import type { Root } from "@local-mcp/engine";
import { inOrder, join, slugsWith } from "../local/memberships.ts";
import { known, named } from "../local/named.ts";
import type { Stores } from "../stores.ts";

export interface RootsServiceOptions {
  stores: Stores;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

/** Folders and addresses that servers are told to work in. */
export class RootsService {
  readonly #options: RootsServiceOptions;

  constructor(options: RootsServiceOptions) {
    this.#options = options;
  }

  list(filter?: TagFilter): RootView[] {
    return this.#options.stores.roots
      .list()
      .filter(({ tags }) => hasTags(tags, filter))
      .map((row) => this.#view(row));
  }

  /** By URI or id. @throws GatewayError local_not_found */
  get(root: string): RootView {
    return this.#view(this.find(root));
  }

  /** By URI or id. @throws GatewayError local_not_found */
  find(root: string): RootRow {
    return known(named(this.#options.stores).root(root), "root", root);
  }

  /** @throws GatewayError name_taken, profile_not_found */
  create({ profiles, ...values }: RootCreate): RootView {
    const { stores, onChange } = this.#options;
    const made = stores.db.transaction(() => {
      const row = stores.roots.insert(values);
      join(stores, stores.roots, row.id, profiles);
      return row;
    });
    onChange();
    return this.#view(made);
  }

  /** @throws GatewayError local_not_found, name_taken */
  update(root: string, changes: RootUpdate): RootView {
    const { stores, onChange } = this.#options;
    const before = this.find(root);
    const after = stores.roots.update(before.id, changes) ?? before;
    onChange();
    return this.#view(after);
  }

  /** @throws GatewayError local_not_found */
  remove(root: string): void {
    this.#options.stores.roots.delete(this.find(root).id);
    this.#options.onChange();
  }

  /**
   * What servers of each profile are told, in its order; empty where it has none. Read once for all.
   */
  offered(): (profileId: string) => Root[] {
    const { roots } = this.#options.stores;
    const enabled = roots.list().filter((row) => row.enabled);
    const all = new Map(enabled.map((row) => [row.id, rootOf(row)]));
    return (profileId) => inOrder(roots.idsIn(profileId), all);
  }

  #view(row: RootRow): RootView {
    const { roots } = this.#options.stores;
    return {
      id: row.id,
      uri: row.uri,
      name: row.name,
      tags: row.tags,
      enabled: row.enabled,
      profiles: slugsWith(roots, row.id),
      resources: roots.filesIn(row.id),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

const rootOf = ({ uri, name }: RootRow): Root => ({ uri, ...(name !== null && { name }) });
