import type { CapabilityKind, ProfileView } from "@local-mcp/contract";
import { known, named } from "../local/named.ts";
import type { Stores } from "../stores.ts";

/** What of the gateway's own a profile is to have: names, URIs or ids, in order; absent keeps. */
export interface LocalChoices {
  tools?: readonly string[] | undefined;
  prompts?: readonly string[] | undefined;
  resources?: readonly string[] | undefined;
  roots?: readonly string[] | undefined;
}
type Kind = keyof LocalChoices;
const KINDS: readonly Kind[] = ["tools", "prompts", "resources", "roots"];

/** With its name, or its URI. */
interface Labelled {
  id: string;
  label: string;
  enabled: boolean;
}

/** In the words of the contract, of what MCP has a list of. */
const KIND_OF: Record<CapabilityKind, Kind> = {
  tool: "tools",
  prompt: "prompts",
  resource: "resources",
};

/** The other way round. */
const KIND_IN = { tools: "tool", prompts: "prompt", resources: "resource", roots: "root" } as const;

/** What of the gateway's own each profile has. */
export class LocalChoice {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Ids for names, each once. @throws GatewayError local_not_found */
  resolve(choices: LocalChoices): LocalChoices {
    const ids = (kind: Kind): string[] | undefined =>
      choices[kind] && [...new Set(choices[kind].map((name) => this.#id(kind, name)))];
    return {
      tools: ids("tools"),
      prompts: ids("prompts"),
      resources: ids("resources"),
      roots: ids("roots"),
    };
  }

  /** @param choices ids */
  replace(profileId: string, choices: LocalChoices): void {
    for (const kind of KINDS) {
      const ids = choices[kind];
      if (ids) this.#stores[kind].replaceIn(profileId, ids);
    }
  }

  /** Another profile gets the same, under the same names. */
  copy(from: string, to: string): void {
    for (const kind of KINDS) this.#stores[kind].replaceIn(to, this.#stores[kind].idsIn(from));
    for (const kind of ["tools", "prompts"] as const) {
      this.#stores[kind].nameIn(to, this.#stores[kind].namesIn(from));
    }
  }

  forgetNames(profileId: string): void {
    this.#stores.tools.nameIn(profileId, new Map());
    this.#stores.prompts.nameIn(profileId, new Map());
  }

  /** Turns one of them on or off in a profile. @throws GatewayError local_not_found */
  choose(profileId: string, kind: CapabilityKind, name: string, wanted: boolean): void {
    const store = this.#stores[KIND_OF[kind]];
    const id = this.#id(KIND_OF[kind], name);
    if (wanted) store.addTo(profileId, id);
    else {
      store.replaceIn(
        profileId,
        store.idsIn(profileId).filter((one) => one !== id),
      );
    }
  }

  view(profileId: string): Pick<ProfileView, Kind> {
    const { tools, prompts, resources, roots } = this.#stores;
    const named = ({ id, label, enabled }: Labelled) => ({ id, name: label, enabled });
    const located = ({ id, label, enabled }: Labelled) => ({ id, uri: label, enabled });
    return {
      tools: tools.labelledIn(profileId).map(named),
      prompts: prompts.labelledIn(profileId).map(named),
      resources: resources.labelledIn(profileId).map(located),
      roots: roots.labelledIn(profileId).map(located),
    };
  }

  #id(kind: Kind, name: string): string {
    const one = KIND_IN[kind];
    return known(named(this.#stores)[one](name), one, name).id;
  }
}
