import { randomInt } from "node:crypto";

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
