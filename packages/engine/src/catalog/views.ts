import type {
  CatalogStore,
  GivenNames,
  NameAssignments,
  ProfileDefinition,
  ServerDefinition,
} from "../definitions.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { ProfileView } from "./view.ts";

/** Servers that list at the same time cost one view, ms. */
const REFRESH_MS = 25;

export interface ViewsOptions {
  catalogs: Pick<CatalogStore, "names" | "saveNames">;
  upstream: (serverId: string) => Upstream | undefined;
  /** Tools of a server that are kept from clients, by its own names. */
  held: (definition: ServerDefinition) => { has(tool: string): boolean };
  /** A list of a profile is another than before; `method` is what its clients are told. */
  onListChange: (profileId: string, method: string) => void;
  /** Something that a profile offers is another than before. */
  onCatalogChange: (profileId: string) => void;
}

/** What each profile offers, kept up with its servers, and the names it has given for good. */
export class Views {
  readonly #options: ViewsOptions;
  readonly #profiles = new Map<string, ProfileDefinition>();
  readonly #views = new Map<string, ProfileView>();
  /** Profiles whose names are not permanent yet. */
  readonly #unsettled = new Set<string>();
  /** Profiles whose view is older than what their servers list. */
  readonly #stale = new Set<string>();
  /** The permanent names, as stored. */
  readonly #names = new Map<string, Record<"tool" | "prompt", NameAssignments>>();
  #refreshTimer: NodeJS.Timeout | null = null;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  /** Takes over the profiles as they are configured now. */
  reload(profiles: readonly ProfileDefinition[]): void {
    this.#names.clear();
    this.#profiles.clear();
    for (const profile of profiles) this.#profiles.set(profile.id, profile);
    for (const id of this.#views.keys()) {
      if (!this.#profiles.has(id)) this.#views.delete(id);
    }
    // Stored together: each write by itself waits for the disk, and there may be many.
    this.#keepNames([...this.#profiles.values()].flatMap((profile) => this.#rebuild(profile)));
  }

  profile(profileId: string): ProfileDefinition | undefined {
    return this.#profiles.get(profileId);
  }

  /** @returns undefined where there is no such profile */
  get(profileId: string): ProfileView | undefined {
    const profile = this.#stale.has(profileId) ? this.#profiles.get(profileId) : undefined;
    if (profile) this.#keepNames(this.#rebuild(profile));
    return this.#views.get(profileId);
  }

  /** Views are computed anew when they are next read, and soon in any case, for who listens. */
  onCatalog(serverId: string): void {
    for (const profile of this.#profiles.values()) {
      if (profile.serverIds.includes(serverId)) this.#stale.add(profile.id);
    }
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = null;
      for (const profileId of this.#stale) this.get(profileId);
    }, REFRESH_MS);
  }

  /** A server that is done starting may have been the last one that names waited for. */
  onSettled(serverId: string): void {
    for (const profile of this.#profiles.values()) {
      if (!profile.serverIds.includes(serverId)) continue;
      // A view from before it listed would give its names away for good.
      this.get(profile.id);
      this.#keepNames(this.#settleNames(profile));
    }
  }

  close(): void {
    if (this.#refreshTimer) clearTimeout(this.#refreshTimer);
  }

  /** The servers of a profile that offer something, now or as last known. */
  offering(profile: ProfileDefinition): Upstream[] {
    return profile.serverIds
      .map((id) => this.#options.upstream(id))
      .filter((upstream) => upstream !== undefined)
      .filter(({ definition }) => definition.enabled && definition.confirmed);
  }

  /** The servers of a profile of which nobody knows yet what they offer. */
  unheard(profileId: string): Upstream[] {
    const profile = this.#profiles.get(profileId);
    return profile ? this.offering(profile).filter((upstream) => !hasSpoken(upstream)) : [];
  }

  /** @returns the names that are permanent from now on, to be kept */
  #rebuild(profile: ProfileDefinition): GivenNames[] {
    this.#stale.delete(profile.id);
    const before = this.#views.get(profile.id);
    const view = new ProfileView(
      profile,
      this.offering(profile).map(({ definition, catalog, caching }) => ({
        definition,
        catalog,
        caching,
        held: this.#options.held(definition),
      })),
      this.#assigned(profile.id),
    );
    this.#views.set(profile.id, view);
    this.#unsettled.add(profile.id);
    const settled = this.#settleNames(profile);
    if (!before) return settled;
    const changed = LIST_CHANGES.filter(({ lists }) =>
      lists.some((list) => before.json[list] !== view.json[list]),
    );
    for (const { method } of changed) this.#options.onListChange(profile.id, method);
    if (changed.length > 0) this.#options.onCatalogChange(profile.id);
    return settled;
  }

  /**
   * Names become permanent once every server of the profile has listed or failed, so that the order
   * in which servers happen to start decides nothing.
   *
   * @returns those that are not stored so
   */
  #settleNames(profile: ProfileDefinition): GivenNames[] {
    const view = this.#views.get(profile.id);
    if (!view || !this.#unsettled.has(profile.id)) return [];
    if (!this.offering(profile).every(hasSpoken)) return [];
    this.#unsettled.delete(profile.id);
    return [
      ...this.#newNames(profile.id, "tool", view.toolNames),
      ...this.#newNames(profile.id, "prompt", view.promptNames),
    ];
  }

  #newNames(profileId: string, kind: GivenNames["kind"], now: NameAssignments): GivenNames[] {
    const before = this.#assigned(profileId)[kind];
    const used = new Set(now.values());
    const absent = [...before].filter(([key, name]) => !now.has(key) && !used.has(name));
    const merged = new Map([...absent, ...now]);
    const same =
      merged.size === before.size && [...merged].every(([key, name]) => before.get(key) === name);
    return same ? [] : [{ profileId, kind, names: merged }];
  }

  #keepNames(given: readonly GivenNames[]): void {
    if (given.length === 0) return;
    this.#options.catalogs.saveNames(given);
    for (const { profileId, kind, names } of given) this.#assigned(profileId)[kind] = names;
  }

  #assigned(profileId: string): Record<"tool" | "prompt", NameAssignments> {
    const known = this.#names.get(profileId);
    if (known) return known;
    const { catalogs } = this.#options;
    const names = {
      tool: catalogs.names(profileId, "tool"),
      prompt: catalogs.names(profileId, "prompt"),
    };
    this.#names.set(profileId, names);
    return names;
  }
}

/** Notifications of changed lists, with the lists each is about. */
export const LIST_CHANGES = [
  { method: "notifications/tools/list_changed", lists: ["tools"] },
  { method: "notifications/prompts/list_changed", lists: ["prompts"] },
  { method: "notifications/resources/list_changed", lists: ["resources", "resourceTemplates"] },
] as const;

const hasSpoken = (upstream: Upstream): boolean =>
  upstream.catalog !== null || !["idle", "starting"].includes(upstream.observation.state);
