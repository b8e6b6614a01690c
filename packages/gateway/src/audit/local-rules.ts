import { type AuditSubject, contract } from "@local-mcp/contract";
import { type LocalKind, named } from "../local/named.ts";
import { Changes, type Plan, planOf, type Rule, rule } from "./plan.ts";

/** A tool or prompt by its name, a resource or root by its URI. */
type Row = { id: string; enabled: boolean; tags: string[] } & ({ name: string } | { uri: string });

const nameOf = (row: Row): string => ("uri" in row ? row.uri : row.name);

const subjectOf = (kind: LocalKind, row: Row): AuditSubject => ({
  kind,
  id: row.id,
  name: nameOf(row),
});

const creation = (kind: LocalKind, name: string): Plan<Row & { profiles: string[] }> => ({
  attempt: { action: `${kind}.create`, subject: { kind, id: null, name } },
  done: (made) => [
    {
      action: `${kind}.create`,
      subject: subjectOf(kind, made),
      detail: { enabled: made.enabled, profiles: made.profiles },
    },
  ],
});

/** Told with their values; of the others only that they were given. */
const TOLD: readonly string[] = ["name", "uri", "enabled", "tags"];

const change = (kind: LocalKind, before: Row, changes: object): Plan<Row> =>
  planOf(`${kind}.update`, subjectOf(kind, before), (after) => {
    const told = new Changes()
      .plain("uri" in before ? "uri" : "name", nameOf(before), nameOf(after))
      .plain("enabled", before.enabled, after.enabled)
      .plain("tags", before.tags, after.tags);
    for (const field of Object.keys(changes)) {
      if (!TOLD.includes(field)) told.named(field, null, field);
    }
    return told.detail();
  });

const removal = (kind: LocalKind, before: Row): Plan<unknown> =>
  planOf(`${kind}.remove`, subjectOf(kind, before));

/** One that is not there, which the call itself refuses. */
const missing = (name: string): Row => ({ id: "", name, enabled: true, tags: [] });

/** What is recorded of each procedure that changes what the gateway itself defines. */
export const LOCAL_RULES: Record<string, Rule> = {
  "tools.create": rule(contract.tools.create, ({ name }) => creation("tool", name)),
  "tools.update": rule(contract.tools.update, ({ tool, changes }, look) =>
    change("tool", named(look.stores).tool(tool) ?? missing(tool), changes),
  ),
  "tools.remove": rule(contract.tools.remove, ({ tool }, look) =>
    removal("tool", named(look.stores).tool(tool) ?? missing(tool)),
  ),
  "tools.importOpenApi": rule(contract.tools.importOpenApi, () =>
    planOf("tool.import", { kind: "tool", id: null, name: null }, ({ tools }) => ({
      tools: tools.map(({ name }) => name),
    })),
  ),
  "prompts.create": rule(contract.prompts.create, ({ name }) => creation("prompt", name)),
  "prompts.update": rule(contract.prompts.update, ({ prompt, changes }, look) =>
    change("prompt", named(look.stores).prompt(prompt) ?? missing(prompt), changes),
  ),
  "prompts.remove": rule(contract.prompts.remove, ({ prompt }, look) =>
    removal("prompt", named(look.stores).prompt(prompt) ?? missing(prompt)),
  ),
  "resources.create": rule(contract.resources.create, ({ uri }) => creation("resource", uri)),
  "resources.update": rule(contract.resources.update, ({ resource, changes }, look) =>
    change("resource", named(look.stores).resource(resource) ?? missing(resource), changes),
  ),
  "resources.remove": rule(contract.resources.remove, ({ resource }, look) =>
    removal("resource", named(look.stores).resource(resource) ?? missing(resource)),
  ),
  "roots.create": rule(contract.roots.create, ({ uri }) => creation("root", uri)),
  "roots.update": rule(contract.roots.update, ({ root, changes }, look) =>
    change("root", named(look.stores).root(root) ?? missing(root), changes),
  ),
  "roots.remove": rule(contract.roots.remove, ({ root }, look) =>
    removal("root", named(look.stores).root(root) ?? missing(root)),
  ),
  "metrics.reset": rule(contract.metrics.reset, ({ kind, name, server }) =>
    planOf("metrics.reset", { kind: "metrics", id: null, name: name ?? null }, ({ calls }) => ({
      calls,
      kind: kind ?? null,
      server: server ?? null,
    })),
  ),
};
