import {
  GatewayError,
  type ResourceContents,
  type ResourceCreate,
  type ResourceUpdate,
  type ResourceView,
  type TagFilter,
} from "@local-mcp/contract";
import type { ResourceRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import type { Stores } from "../stores.ts";

export interface ResourcesServiceOptions {
  stores: Stores;
  /** No file in here is given to anybody. */
  dataDir: string;
  /** Called after each change of what is configured. */
  onChange: () => void;
  /** What a client would read at this URI is another now. */
  onUpdated: (uri: string) => void;
}

const NOT_BUILT = (): never => {
  throw new GatewayError("internal");
};

/** What the gateway stores, or reads from files, and offers as resources of its own. */
export class ResourcesService {
  readonly #options: ResourcesServiceOptions;

  constructor(options: ResourcesServiceOptions) {
    this.#options = options;
  }

  list(_filter?: TagFilter): ResourceView[] {
    return NOT_BUILT();
  }

  /** By URI or id. @throws GatewayError local_not_found */
  get(_resource: string): ResourceView {
    return NOT_BUILT();
  }

  /** By URI or id. @throws GatewayError local_not_found */
  find(resource: string): ResourceRow {
    const { resources } = this.#options.stores;
    const row = resources.getByUri(resource) ?? resources.get(resource);
    if (!row) {
      throw new GatewayError("local_not_found", { kind: "resource", name: resource.slice(0, 200) });
    }
    return row;
  }

  async create(_wanted: ResourceCreate): Promise<ResourceView> {
    return NOT_BUILT();
  }

  async update(_resource: string, _changes: ResourceUpdate): Promise<ResourceView> {
    return NOT_BUILT();
  }

  remove(resource: string): void {
    this.#options.stores.resources.delete(this.find(resource).id);
    this.#options.onChange();
  }

  async read(
    _resource: string,
    _variables: Record<string, string>,
    _signal?: AbortSignal,
  ): Promise<ResourceContents> {
    return NOT_BUILT();
  }

  /** What a profile has of them and can be read, as the two lists show it. */
  offered(_profileId: string): { resources: JsonObject[]; resourceTemplates: JsonObject[] } {
    return { resources: [], resourceTemplates: [] };
  }

  /** The others that could be offered, in the same form. */
  absentFrom(_profileId: string): JsonObject[] {
    return [];
  }

  /** The result of resources/read. @throws GatewayError resource_not_found */
  async answer(
    _params: JsonObject,
    _profileId: string | null,
    _signal: AbortSignal,
  ): Promise<JsonObject> {
    return NOT_BUILT();
  }

  /** Takes over which URIs somebody wants to hear of; files among them are watched. */
  watch(_uris: ReadonlySet<string>): void {}

  close(): void {}
}
