import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { createSealedValueQueries, createVaultQueries } from "@local-mcp/database";
import type { KeyProvider, SlotRecord } from "@local-mcp/vault";
import { type Change, settled, slotsBefore } from "./changes.ts";
import { type Keys, keysSchema, type Opened, openDirectory, providerOf, valueOf } from "./stage.ts";

/** How far a change had come. */
export type Stand = "before" | "between" | "after";

const ensure = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

/**
 * Derived once for each wrapping: a passphrase takes a quarter of a second, and most crashes leave
 * the same ones.
 */
function quick(provider: KeyProvider): KeyProvider {
  const known = new Map<string, Promise<Buffer>>();
  return {
    ...provider,
    async unwrap(slot: SlotRecord) {
      const key = JSON.stringify([slot.id, slot.wrapped, slot.params, slot.recipient?.publicKey]);
      const secret =
        known.get(key) ?? provider.unwrap(slot).then(({ secret }) => Buffer.from(secret));
      known.set(key, secret);
      return { secret: Buffer.from(await secret), stale: false };
    },
  };
}

export type Providers = Map<keyof Keys, KeyProvider>;

export const quickProviders = (keys: Keys): Providers =>
  new Map(keysSchema.keyof().options.map((kind) => [kind, quick(providerOf(kind, keys))]));

/** Every value is what was put there; returns how many there are. */
function readAll({ db, vault }: Opened): number {
  const values = createSealedValueQueries(db).beginningWith("v1.");
  for (const { place, sealed } of values) {
    const text = vault.open(sealed, place);
    const expected = valueOf(place.table, place.column, place.row);
    ensure(text === expected, `${JSON.stringify(place)} has become “${text}”`);
  }
  return values.length;
}

/** Opens with one key after the other; each has to read everything. Then the vault is left locked. */
async function openWithEach(
  opened: Opened,
  kinds: readonly (keyof Keys)[],
  providers: Providers,
  values: number,
): Promise<void> {
  const { vault } = opened;
  const checks = new Set<string | undefined>();
  for (const kind of kinds) {
    const provider = providers.get(kind);
    if (!provider) throw new Error(`nothing opens ${kind}`);
    await vault.unlock(provider);
    const found = readAll(opened);
    ensure(found === values, `${kind} reads ${found} of ${values} values`);
    checks.add(vault.key()?.check);
    vault.lock();
    // What begins when it opens ends here, and has written nothing.
    await turn();
  }
  ensure(checks.size <= 1, "its slots give different data keys");
}

/** What a vault is made of, as far as a change may change it. */
export interface Shape {
  slots: { id: string; label: string; wrapped: string }[];
  /** Ids of data keys. */
  dataKeys: string[];
  values: number;
}

export function shapeOf({ db }: Opened): Shape {
  const { slots, dataKeys } = createVaultQueries(db);
  return {
    slots: slots.list().map(({ id, label, wrapped }) => ({ id, label, wrapped })),
    dataKeys: dataKeys.list().map(({ id }) => id),
    values: createSealedValueQueries(db).count(),
  };
}

/** The slot of a changed passphrase keeps its name. */
const labelsOf = (kinds: readonly (keyof Keys)[]): string =>
  kinds
    .map((kind) => (kind === "changed" ? "passphrase" : kind))
    .toSorted()
    .join();

/** @throws Error where it is neither what it was, nor what it is to be, nor on the way */
function standOf(shape: Shape, start: Shape, { begins, after, replacesKey }: Change): Stand {
  if (isDeepStrictEqual(shape, start)) return begins === "interrupted" ? "between" : "before";
  const labels = shape.slots
    .map(({ label }) => label)
    .toSorted()
    .join();
  const values = after.length === 0 ? 0 : start.values;
  const isWhole = labels === labelsOf(after) && shape.values === values;
  const keys = after.length === 0 ? 0 : 1;
  if (isWhole && shape.dataKeys.length === keys) return "after";
  if (isWhole && replacesKey && shape.dataKeys.length === 2) return "between";
  throw new Error(`it is nothing of what it may be: ${JSON.stringify(shape)}`);
}

/** What is sealed with a data key that goes, and that key itself: nothing of it may stay. */
function traces({ db }: Opened, start: Shape): string[] {
  const going = createVaultQueries(db)
    .dataKeys.list()
    .flatMap(({ sealed }) => sealed ?? []);
  return [...going, ...start.dataKeys.slice(0, 1).map((id) => `v1.${id}.`)];
}

function refuseTraces(directory: string, texts: readonly string[]): void {
  for (const name of readdirSync(directory)) {
    const bytes = readFileSync(join(directory, name));
    for (const text of texts) {
      ensure(!bytes.includes(text), `${name} still holds “${text.slice(0, 40)}”`);
    }
  }
}

/** Opened once more, a replacement ends by itself, and every key opens what it has made. */
async function letEnd(opened: Opened, kinds: readonly (keyof Keys)[], providers: Providers) {
  const [kind] = kinds;
  const provider = kind && providers.get(kind);
  if (!provider) throw new Error("nothing opens it");
  await opened.vault.unlock(provider);
  await settled(opened.vault);
  opened.vault.lock();
}

/**
 * Looks at a data directory in which a change was ended somewhere: everything can be read with every
 * key that it has, and what was begun ends by itself.
 *
 * @returns how far it had come. @throws Error what is wrong
 */
export async function check(
  directory: string,
  start: Shape,
  change: Change,
  providers: Providers,
): Promise<Stand> {
  const opened = openDirectory(directory);
  const { db, vault, failures } = opened;
  let left: string[] = [];
  try {
    const shape = shapeOf(opened);
    const stand = standOf(shape, start, change);
    const kinds = stand === "before" ? slotsBefore(change) : change.after;
    await openWithEach(opened, kinds, providers, shape.values);
    if (kinds.length === 0) ensure(vault.state() === "missing", `the vault is ${vault.state()}`);
    if (stand === "between") {
      left = traces(opened, start);
      await letEnd(opened, kinds, providers);
      const ended = standOf(shapeOf(opened), start, change);
      ensure(ended === "after", "the replacement does not end by itself");
      await openWithEach(opened, kinds, providers, shape.values);
    }
    ensure(failures.length === 0, failures.join("\n"));
    return stand;
  } finally {
    vault.lock();
    db.close();
    refuseTraces(directory, left);
  }
}
