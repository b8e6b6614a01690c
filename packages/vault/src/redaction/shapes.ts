import { findCredentials, findKeys, findPrivateKeys, findWebTokens } from "./keys.ts";
import { findNamedValues } from "./named-values.ts";
import { type Finder, type Range, without } from "./ranges.ts";
import { findInUrls } from "./urls.ts";

/** What has a form of its own comes before what only its name gives away. */
const FINDERS: readonly Finder[] = [
  findPrivateKeys,
  findCredentials,
  findWebTokens,
  findKeys,
  findInUrls,
  findNamedValues,
];

/** The parts of a text that look like a secret. */
export function findShapes(text: string): Range[] {
  const ranges: Range[] = [];
  for (const find of FINDERS) find(text, (range) => ranges.push(range));
  return ranges;
}

/**
 * The text without what looks like a secret: for places without a gateway, which know none. Where
 * there is one its {@link Redactor} takes out more.
 */
export const redactText = (text: string): string => without(text, findShapes(text));
