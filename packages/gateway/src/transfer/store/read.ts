import type { Choice, Configuration, Entity } from "@local-mcp/transfer";
import type { Stores } from "../../stores.ts";
import { opening } from "./places.ts";
import { choiceOf, inOrder, profileFields } from "./profiles.ts";
import { promptFields } from "./prompts.ts";
import { resourceFields } from "./resources.ts";
import { rootFields } from "./roots.ts";
import { serverFields } from "./servers.ts";
import { toolFields } from "./tools.ts";

/** The value of a secret of `owner`, by its id; null for one that is not to be had. */
export type RevealOf = (owner: string, id: string) => string | null;

/** Everything that is configured, with one query per table. */
export function readConfiguration(stores: Stores, reveal: RevealOf): Configuration {
  const roots = stores.roots.list();
  const uris = new Map(roots.map(({ id, uri }) => [id, uri]));
  return {
    root: roots.map((row) => plain("root", row.id, rootFields(row))),
    server: stores.servers.list().map((row) => {
      const { at, withheld } = opening((id) => reveal(row.name, id));
      const fields = serverFields(row, at);
      return { kind: "server", uid: row.id, fields, withheld: withheld() };
    }),
    tool: stores.tools.list().map((row) => {
      const { at, withheld } = opening((id) => reveal(row.name, id));
      const fields = toolFields(row, at);
      return { kind: "tool", uid: row.id, fields, withheld: withheld() };
    }),
    resource: stores.resources.listWhole().map((row) =>
      plain(
        "resource",
        row.id,
        resourceFields(row, (id) => uris.get(id) ?? ""),
      ),
    ),
    profile: readProfiles(stores),
    prompt: stores.prompts.list().map((row) => plain("prompt", row.id, promptFields(row))),
  };
}

const plain = <Kind extends "root" | "resource" | "profile" | "prompt">(
  kind: Kind,
  uid: string,
  fields: Entity<Kind>["fields"],
): Entity<Kind> => ({ kind, uid, fields, withheld: [] });

function readProfiles(stores: Stores): Entity<"profile">[] {
  const lists = {
    servers: stores.profiles.serverNames(),
    tools: stores.tools.labelsByProfile(),
    prompts: stores.prompts.labelsByProfile(),
    resources: stores.resources.labelsByProfile(),
    roots: stores.roots.labelsByProfile(),
  };
  const choices = choicesByProfile(stores);
  const active = stores.profiles.active()?.id;
  return stores.profiles.list().map((row) => {
    const own = (list: ReadonlyMap<string, string[]>): string[] => list.get(row.id) ?? [];
    const fields = profileFields(row, {
      servers: own(lists.servers),
      tools: own(lists.tools),
      prompts: own(lists.prompts),
      resources: own(lists.resources),
      roots: own(lists.roots),
      active: row.id === active,
      choices: inOrder(choices.get(row.id) ?? []),
    });
    return plain("profile", row.id, fields);
  });
}

function choicesByProfile(stores: Stores): Map<string, Choice[]> {
  const names = new Map(stores.servers.list().map(({ id, name }) => [id, name]));
  const choices = new Map<string, Choice[]>();
  for (const { profileId, choice } of stores.customizations.listAll()) {
    const own = choices.get(profileId) ?? [];
    own.push(choiceOf(choice, names.get(choice.mcpServerId) ?? ""));
    choices.set(profileId, own);
  }
  return choices;
}
