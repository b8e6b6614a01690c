import { MOST_TEXT } from "./messages.ts";

/** Something in the sandbox would get bigger than anything may be there. */
export class TooBig extends Error {}

/** No list in the sandbox gets longer. */
const MOST_ITEMS = 1_000_000;

function withinText(length: number): void {
  if (length > MOST_TEXT) throw new TooBig();
}

export function withinItems(length: number): void {
  if (length > MOST_ITEMS) throw new TooBig();
}

/**
 * Bounds what the built-in functions of this thread make at once. A limit on the memory of a thread is
 * not enough: where a single text or list does not fit into what is left, Node does not end the thread
 * but the whole process. So the small things add up to the limit of the thread, which ends it, and big
 * ones are not made. Only for the thread of the sandbox.
 */
export function limitBuiltins(): void {
  const text = String.prototype;
  guard(text, "repeat", (self, [count]) => withinText(lengthOf(self) * Number(count)));
  guard(text, "padStart", (_, [length]) => withinText(Number(length)));
  guard(text, "padEnd", (_, [length]) => withinText(Number(length)));
  guard(text, "replace", boundReplacement);
  guard(text, "replaceAll", boundReplacement);
  const list = Array.prototype;
  guard(list, "concat", (self, others) => withinItems(lengthOf(self) + itemsIn(others)));
  guard(list, "flat", (self) => withinItems(itemsIn(self)));
  guard(list, "keys", (self) => withinItems(lengthOf(self)));
  guard(list, "join", (self, [separator = ","]) => withinText(joinedLength(self, separator)));
  guard(JSON, "stringify", (_, [value]) => withinText(jsonLength(value)));
}

/** Has something looked at before it is done, which may change the arguments, or throw. */
function guard(
  owner: object,
  name: string,
  before: (self: unknown, args: unknown[]) => void,
): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") throw new Error(`There is no ${name}.`);
  Reflect.set(owner, name, function guarded(this: unknown, ...args: unknown[]): unknown {
    before(this, args);
    return Reflect.apply(original, this, args);
  });
}

const lengthOf = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) ? value.length : 1;

const itemsIn = (lists: unknown): number => {
  let items = 0;
  if (Array.isArray(lists)) for (const one of lists) items += Array.isArray(one) ? one.length : 1;
  return items;
};

const joinedLength = (list: unknown, separator: unknown): number => {
  if (!Array.isArray(list)) return 0;
  let length = lengthOf(separator) * list.length;
  for (const one of list) if (typeof one === "string") length += one.length;
  return length;
};

/** What is put in is counted; `$&` and its like put in up to the whole text each. */
function boundReplacement(self: unknown, args: unknown[]): void {
  const by = args[1];
  if (typeof by === "string") {
    withinText(by.length + lengthOf(self) * by.split("$").length);
  } else if (typeof by === "function") {
    let length = 0;
    args[1] = (...match: unknown[]): unknown => {
      const put: unknown = Reflect.apply(by, undefined, match);
      length += lengthOf(put);
      withinText(length);
      return put;
    };
  }
}

/**
 * About how long a value is as JSON. What is in it several times counts each time, and is looked at
 * once: a list of two of the same, thirty times over, is small in memory and has a billion items.
 */
function jsonLength(value: unknown, known = new Map<object, number>()): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 5;
  const before = known.get(value);
  if (before !== undefined) return before;
  // Where it holds itself, JSON.stringify says so.
  known.set(value, 0);
  let length = 2;
  for (const [name, one] of Object.entries(value)) {
    length += (Array.isArray(value) ? 1 : name.length + 4) + jsonLength(one, known);
  }
  known.set(value, length);
  return length;
}
