import {
  GatewayError,
  type RootCreate,
  type RootUpdate,
  type RootView,
  type TagFilter,
} from "@local-mcp/contract";
import type { RootRow } from "@local-mcp/database";
import type { Root } from "@local-mcp/engine";
import type { Stores } from "../stores.ts";

export interface RootsServiceOptions {
  stores: Stores;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

const NOT_BUILT = (): never => {
  throw new GatewayError("internal");
};

/** Folders and addresses that servers are told to work in. */
export class RootsService {
  readonly #options: RootsServiceOptions;

  constructor(options: RootsServiceOptions) {
    this.#options = options;
  }

  list(_filter?: TagFilter): RootView[] {
    return NOT_BUILT();
  }

  /** By URI or id. @throws GatewayError local_not_found */
  get(_root: string): RootView {
    return NOT_BUILT();
  }

  /** By URI or id. @throws GatewayError local_not_found */
  find(root: string): RootRow {
    const { roots } = this.#options.stores;
    const row = roots.getByUri(root) ?? roots.get(root);
    if (!row) throw new GatewayError("local_not_found", { kind: "root", name: root.slice(0, 200) });
    return row;
  }

  create(_wanted: RootCreate): RootView {
    return NOT_BUILT();
  }

  update(_root: string, _changes: RootUpdate): RootView {
    return NOT_BUILT();
  }

  remove(root: string): void {
    this.#options.stores.roots.delete(this.find(root).id);
    this.#options.onChange();
  }

  /** What servers of a profile are told, in its order; empty where it has none. */
  offered(_profileId: string): Root[] {
    return [];
  }
}
