import { isObject } from "./jsonrpc.ts";

/** Members that are looked at. */
const LOOKED_AT = 50;
/** Of a value that is no text, characters. */
const SMALL = 8;

/**
 * What takes as long to read, or to write down, as others should wait at most, characters: some
 * milliseconds.
 */
export const LARGE = 1024 * 1024;

/** About how many characters a message has. It is not written down for that, which takes longer. */
export const roughSize = (message: unknown): number => roughly(message, { left: LOOKED_AT });

function roughly(value: unknown, budget: { left: number }): number {
  budget.left -= 1;
  if (typeof value === "string") return value.length + 2;
  let size = SMALL;
  if (Array.isArray(value)) {
    let seen = 0;
    for (const one of value) {
      if (budget.left <= 0) break;
      size += roughly(one, budget);
      seen += 1;
    }
    return seen === 0 ? size : (size * value.length) / seen;
  }
  if (!isObject(value)) return size;
  for (const key in value) {
    if (budget.left <= 0) break;
    size += key.length + roughly(value[key], budget);
  }
  return size;
}
