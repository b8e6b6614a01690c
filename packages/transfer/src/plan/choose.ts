import { GatewayError, type TransferKind, transferKind } from "@local-mcp/contract";
import { keyOf, titleOf } from "../entity.ts";
import type { PlanOptions, ReadEntity, ReadFile } from "../types.ts";

/** Of what a person named, as it is told back to them. */
const LONGEST_TOLD = 200;

/** What an entity of a file is called in it. */
export const nameOf = ({ entity, name }: ReadEntity): string =>
  entity === null ? name : keyOf(entity);

/**
 * The entities of a file that are to be imported. Of a selection nothing is imported of a kind that
 * is not in it; an empty list is all of its kind.
 *
 * @throws GatewayError import_unknown; import_nothing where nothing is left
 */
export function choose(
  { entities, problems }: ReadFile,
  { kinds, selection, choices, name }: PlanOptions,
): ReadEntity[] {
  const unknown = (kind: string, entity: string): never => {
    throw new GatewayError("import_unknown", { name, kind, entity: entity.slice(0, LONGEST_TOLD) });
  };
  const pointers = new Set(entities.map(({ pointer }) => pointer));
  for (const pointer of Object.keys(choices)) {
    if (!pointers.has(pointer)) unknown("entry", pointer);
  }
  const chosen = new Set<ReadEntity>();
  const kindsHere = kinds ?? transferKind.options;
  for (const kind of transferKind.options) {
    const all = entities.filter((one) => one.kind === kind);
    const named = selection === null ? [] : selection[kind];
    if (named === undefined) continue;
    const find = finderOf(all);
    const found =
      named.length === 0 ? all : named.flatMap((one) => find(one) ?? unknown(kind, one));
    if (kindsHere.includes(kind)) for (const one of found) chosen.add(one);
  }
  if (chosen.size === 0 && problems.length === 0)
    throw new GatewayError("import_nothing", { name });
  return entities.filter((one) => chosen.has(one));
}

/** By name, slug, URI or uid; where nothing is called so, by title, which several may share. */
function finderOf(all: readonly ReadEntity[]): (name: string) => ReadEntity[] | null {
  const exact = new Map<string, ReadEntity[]>();
  const titled = new Map<string, ReadEntity[]>();
  const add = (to: Map<string, ReadEntity[]>, name: string | null, one: ReadEntity): void => {
    if (name === null) return;
    const same = to.get(name);
    if (same === undefined) to.set(name, [one]);
    else if (!same.includes(one)) same.push(one);
  };
  for (const one of all) {
    add(exact, nameOf(one), one);
    add(exact, one.entity?.uid ?? null, one);
    add(titled, one.entity && titleOf(one.entity), one);
  }
  return (name) => exact.get(name) ?? titled.get(name) ?? null;
}

/** Where something stands in the order in which an import writes. */
export const orderOf = (kind: TransferKind): number => transferKind.options.indexOf(kind);
