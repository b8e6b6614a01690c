import { randomInt } from "node:crypto";
import { z } from "zod";
import type { Rows } from "./rows.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHABET = `${LETTERS}0123456789`;
const LENGTH = 22;

const oneOf = (characters: string): string => characters.charAt(randomInt(characters.length));

/**
 * A new id of 22 letters and digits, about 130 random bits. It begins with a letter, since some
 * consumers take it for an identifier.
 */
export const newSessionId = (): string =>
  oneOf(LETTERS) + Array.from({ length: LENGTH - 1 }, () => oneOf(ALPHABET)).join("");

/**
 * Whether each engine keeps it as it is. Half of a surrogate pair has no UTF-8: most engines would
 * store U+FFFD, and take two such ids for one. PostgreSQL has no NUL in a text.
 */
const isKept = (text: string): boolean => !/\p{Surrogate}/u.test(text) && !text.includes("\0");

/** The id of a session, or who it belongs to. */
export const idSchema = z
  .string()
  .min(1)
  .max(1024)
  .refine(isKept, "holds a NUL character or half of a surrogate pair; use another");

/** The same rows: nobody has the ids that no record can have. */
export const refusingIds = (rows: Rows): Rows => ({
  init: () => rows.init(),
  insert: (row, now) => rows.insert(row, now),
  read: async (kind, sessionId) => (isKept(sessionId) ? rows.read(kind, sessionId) : null),
  list: async (kind, identity, onDamaged) =>
    identity === undefined || isKept(identity) ? rows.list(kind, identity, onDamaged) : [],
  modify: (kind, sessionIds, change) => rows.modify(kind, [...sessionIds].filter(isKept), change),
  remove: async (kind, sessionId, identity) => {
    if (isKept(sessionId) && isKept(identity ?? "")) await rows.remove(kind, sessionId, identity);
  },
  removeAll: (kind) => rows.removeAll(kind),
  removeExpired: (now) => rows.removeExpired(now),
});
