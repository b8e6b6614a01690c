import { randomUUID } from "node:crypto";
import { type AnyEntity, secretsOf } from "@local-mcp/transfer";
import type { KnownSecret, NewSecret } from "../../vault/owned-secrets.ts";

/**
 * What a secret is called among those of its owner in the vault, by its place in an entity (see
 * `secretsOf`): header names are the same in any case, and a tool shows in one way who it is.
 */
function storedNameOf(place: string): string {
  const slash = place.indexOf("/");
  const [where, name] = [place.slice(0, slash), place.slice(slash + 1)];
  switch (where) {
    case "headers":
      return `header.${name.toLowerCase()}`;
    case "secrets":
      return `mark.${name}`;
    case "signIn":
      return name === "clientSecret" ? CLIENT_SECRET : PRIVATE_KEY;
    case "auth":
      return "auth";
    default:
      return `${where}.${name}`;
  }
}

/** Names in the vault of what a sign-in has. */
export const CLIENT_SECRET = "sign-in.client-secret";
export const PRIVATE_KEY = "sign-in.private-key";

/** Takes the place of a secret and its id; gives what is written there. */
export type At = (place: string, id: string) => string;

/** Opens the secrets of one entity, and notes those that have no value. */
export function opening(reveal: (id: string) => string | null) {
  const withheld: string[] = [];
  const at: At = (place, id) => {
    const value = reveal(id);
    if (value === null) withheld.push(place);
    return value ?? "";
  };
  return { at, withheld: (): string[] => withheld.toSorted() };
}

/** A secret that a row refers to; its value where that is stored, and was read. */
export interface StoredSecret {
  place: string;
  id: string;
  value: string | null;
}

/** @param before the same row as it was read */
export function storedSecrets(
  places: readonly { place: string; id: string }[],
  before: AnyEntity,
): StoredSecret[] {
  if (places.length === 0) return [];
  const values = new Map(secretsOf(before).map(({ place, value }) => [place, value]));
  for (const place of before.withheld) values.delete(place);
  return places.map(({ place, id }) => ({ place, id, value: values.get(place) ?? null }));
}

/**
 * Which secrets of an entity stay as they are stored: those whose values it does not have, and those
 * whose values are the same, so that nothing starts anew because of them. One that is withheld and
 * not stored either gets an id of nothing, which is how a secret waits to be given.
 *
 * @param unchanged false: what has the same value is stored anew
 */
export function keeping(
  { withheld }: AnyEntity,
  stored: readonly StoredSecret[],
  unchanged = true,
): KnownSecret {
  const known = new Map(stored.map((one) => [storedNameOf(one.place), one]));
  const places = new Map(withheld.map((place) => [storedNameOf(place), place]));
  return (name, value) => {
    const own = known.get(name);
    const place = places.get(name);
    if (place !== undefined) return own && isSame(own.place, place) ? own.id : randomUUID();
    return unchanged && own?.value === value ? own.id : null;
  };
}

/** Of two with one name in the vault: a token is no password. */
const isSame = (stored: string, place: string): boolean =>
  !place.startsWith("auth/") || stored === place;

/** The values of an entity as it will be stored, by id. */
export function revealing(stored: readonly StoredSecret[], added: readonly NewSecret[]) {
  const values = new Map(stored.map(({ id, value }) => [id, value]));
  for (const { id, value } of added) values.set(id, value);
  return (id: string): string | null => values.get(id) ?? null;
}

/** Whoever can change a sealed file, and not open it, can still write another URL into it. */
export const moveWarnings = (move: { from: string; to: string } | null): string[] =>
  move === null ? [] : [`Its secrets were for ${move.from}, and will go to ${move.to}.`];
