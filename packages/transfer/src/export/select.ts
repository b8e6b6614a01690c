import {
  type exportAddition,
  type exportOptions,
  GatewayError,
  SEED_TYPES,
  type TransferKind,
  transferKind,
} from "@local-mcp/contract";
import type { z } from "zod";
import { type AnyEntity, type Configuration, type Entity, keyOf, titleOf } from "../entity.ts";

/** What decides which entities an export holds. */
export type ExportChoice = Pick<
  z.output<typeof exportOptions>,
  "kinds" | "without" | "tags" | "includeInactive" | "dependencies" | "selection"
>;

type ExportAddition = z.infer<typeof exportAddition>;

export interface ExportSelection {
  /** In the order of the configuration that it was chosen from. */
  chosen: Configuration;
  /** What of it is only there because something else needs it. */
  added: ExportAddition[];
}

/** How many unknown names are told. */
const MOST_TOLD = 10;

/** All entities of a configuration, kind by kind. */
export const allOf = (configuration: Configuration): AnyEntity[] =>
  transferKind.options.flatMap((kind): AnyEntity[] => configuration[kind]);

/**
 * Chooses what an export holds. What is named is in it whatever its tags, and though it is off; so
 * is what a chosen one needs, unless its kind is left out by `without`.
 *
 * @throws GatewayError export_unknown; validation_failed where something is selected of a kind that is
 * left out
 */
export function selectForExport(
  configuration: Configuration,
  choice: ExportChoice,
): ExportSelection {
  const kinds = kindsOf(choice);
  const named = findNamed(configuration, choice);
  const chosen = new Set<AnyEntity>(
    kinds.flatMap(
      (kind): AnyEntity[] =>
        named.get(kind) ?? configuration[kind].filter((entity) => isAsked(entity, choice)),
    ),
  );
  const added = choice.dependencies ? addNeeded(chosen, configuration, choice.without) : [];
  const isChosen: ReadonlySet<unknown> = chosen;
  const only = <Kind extends TransferKind>(all: Entity<Kind>[]): Entity<Kind>[] =>
    all.filter((entity) => isChosen.has(entity));
  const { root, server, tool, resource, profile, prompt } = configuration;
  return {
    chosen: {
      root: only(root),
      server: only(server),
      tool: only(tool),
      resource: only(resource),
      profile: only(profile),
      prompt: only(prompt),
    },
    added,
  };
}

/** Kinds that are chosen from, before anything is added. */
export function kindsOf({ kinds, without, selection }: ExportChoice): TransferKind[] {
  const exported = (kinds ?? transferKind.options).filter((kind) => !without.includes(kind));
  if (selection === undefined) return exported;
  const selected = transferKind.options.filter((kind) => selection[kind] !== undefined);
  const stray = selected.find((kind) => !exported.includes(kind));
  if (stray === undefined) return selected;
  throw new GatewayError("validation_failed", {
    detail: `selection: It names ${SEED_TYPES[stray]}, which are left out.`,
  });
}

function isAsked({ fields }: AnyEntity, { tags, includeInactive }: ExportChoice): boolean {
  if (!includeInactive && !fields.enabled) return false;
  return tags.length === 0 || fields.tags.some((tag) => tags.includes(tag));
}

/** Of each kind of which something is named, what that is. */
function findNamed(
  configuration: Configuration,
  { selection = {} }: ExportChoice,
): Map<TransferKind, AnyEntity[]> {
  const found = new Map<TransferKind, AnyEntity[]>();
  const unknown: { kind: TransferKind; name: string }[] = [];
  for (const kind of transferKind.options) {
    const names = selection[kind] ?? [];
    if (names.length === 0) continue;
    const find = finderOf(configuration[kind]);
    found.set(
      kind,
      names.flatMap((name) => find(name)),
    );
    for (const name of names) if (find(name).length === 0) unknown.push({ kind, name });
  }
  const [first] = unknown;
  if (first === undefined) return found;
  const told = unknown
    .slice(0, MOST_TOLD)
    .map(({ kind, name }) => `${kind} “${name.slice(0, 200)}”`);
  const more = unknown.length - told.length;
  throw new GatewayError("export_unknown", {
    names: told.join(", ") + (more > 0 ? ` and ${more} more` : ""),
    kind: first.kind,
  });
}

/** By name, slug, URI or id; where nothing is called so, by title, which several may share. */
function finderOf(all: readonly AnyEntity[]): (name: string) => AnyEntity[] {
  const exact = new Map<string, AnyEntity>();
  const titled = new Map<string, AnyEntity[]>();
  for (const entity of all) {
    exact.set(keyOf(entity), entity);
    const title = titleOf(entity);
    if (title === null) continue;
    const same = titled.get(title);
    if (same) same.push(entity);
    else titled.set(title, [entity]);
  }
  for (const entity of all) {
    if (entity.uid !== null && !exact.has(entity.uid)) exact.set(entity.uid, entity);
  }
  return (name) => {
    const one = exact.get(name);
    return one ? [one] : (titled.get(name) ?? []);
  };
}

/** What an entity is nothing without; empty for most kinds. */
function needsOf({ kind, fields }: AnyEntity): Partial<Record<TransferKind, readonly string[]>> {
  if (kind === "profile") {
    const { servers, tools, prompts, resources, roots } = fields;
    return { server: servers, tool: tools, prompt: prompts, resource: resources, root: roots };
  }
  if (kind === "resource" && fields.content.kind === "file") {
    return { root: [fields.content.root] };
  }
  return {};
}

/** Adds to `chosen` what it needs, and what that needs. What is needed and is not there is left. */
function addNeeded(
  chosen: Set<AnyEntity>,
  configuration: Configuration,
  without: readonly TransferKind[],
): ExportAddition[] {
  const byKey = new Map(
    transferKind.options.map((kind) => [
      kind,
      new Map(configuration[kind].map((entity): [string, AnyEntity] => [keyOf(entity), entity])),
    ]),
  );
  const added: ExportAddition[] = [];
  // A set that grows while it is walked is walked to its end.
  for (const entity of chosen) {
    const needs = needsOf(entity);
    for (const kind of transferKind.options) {
      if (without.includes(kind)) continue;
      for (const key of needs[kind] ?? []) {
        const needed = byKey.get(kind)?.get(key);
        if (needed === undefined || chosen.has(needed)) continue;
        chosen.add(needed);
        added.push({ kind, name: key, neededBy: keyOf(entity) });
      }
    }
  }
  return added;
}
