import type { AnyEntity } from "../entity.ts";
import type { FileSeal } from "../types.ts";

/** How many secrets a file has, and how many it names without a value. */
export interface SecretCounts {
  /** Texts that are sealed. */
  sealed: number;
  left: number;
}

/** Gives what a file has in the place of one entity's secrets: a sealed text, or null. */
export class SecretWriter {
  readonly #entity: AnyEntity;
  readonly #seal: FileSeal | null;
  readonly #counts: SecretCounts;

  constructor(entity: AnyEntity, seal: FileSeal | null, counts: SecretCounts) {
    this.#entity = entity;
    this.#seal = seal;
    this.#counts = counts;
  }

  /** Whether the value at a place of secrets.ts goes into the file. */
  has(place: string): boolean {
    return this.#seal !== null && !this.#entity.withheld.includes(place);
  }

  /**
   * @param place of secrets.ts
   * @param at what it is bound to; the place itself where that is its own field
   */
  write(place: string, value: string, at = place): string | null {
    if (this.has(place)) return this.seal(at, value);
    this.#counts.left += 1;
    return null;
  }

  /** Several secrets in one text, or what goes along with one. */
  seal(at: string, value: string): string | null {
    if (this.#seal === null) return null;
    this.#counts.sealed += 1;
    const { kind, uid } = this.#entity;
    return this.#seal.seal(value, { kind, uid: uid ?? "", place: at });
  }
}

/** In one order, whatever order they were given in. */
export const sortedRecord = <Value>(
  entries: Iterable<readonly [string, Value]>,
): Record<string, Value> =>
  Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What `auth_value` is bound to. */
export const AUTH_VALUE = {
  bearer: "auth_value/bearer",
  basic: "auth_value/basic",
  authheaders: "auth_value/authheaders",
} as const;

/**
 * Headers that are secrets: as one `auth_value` where they are all that shows who it is and each has
 * its value, otherwise one by one.
 *
 * @param other whether something else shows who it is
 */
export function headersToFile(
  headers: Record<string, string>,
  secrets: SecretWriter,
  other: boolean,
) {
  const entries = Object.entries(headers);
  const isOne =
    !other && entries.length > 0 && entries.every(([name]) => secrets.has(`headers/${name}`));
  if (isOne) {
    const all = JSON.stringify(sortedRecord(entries));
    return { auth_value: secrets.seal(AUTH_VALUE.authheaders, all), headers: [] };
  }
  return {
    auth_value: null,
    headers: entries.map(
      ([name, value]) => [name, secrets.write(`headers/${name}`, value)] as const,
    ),
  };
}

type Fixed = Record<string, { value: string; plain: boolean } | null>;

export const plainOf = (fixed: Fixed) =>
  Object.entries(fixed).flatMap(([name, one]) => (one?.plain ? [[name, one.value] as const] : []));

export const secretOf = (fixed: Fixed) =>
  Object.entries(fixed).flatMap(([name, one]) =>
    one === null || one.plain ? [] : [[name, one.value] as const],
  );

/** @param at `env` or `query` */
export const fixedToFile = (fixed: Fixed, at: string, secrets: SecretWriter) => ({
  values: sortedRecord<string | null>([
    ...plainOf(fixed),
    ...secretOf(fixed).map(
      ([name, value]) => [name, secrets.write(`${at}/${name}`, value)] as const,
    ),
  ]),
  plain: plainOf(fixed)
    .map(([name]) => name)
    .toSorted(),
});
