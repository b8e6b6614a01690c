/** Emptied when what it holds is over. */
interface Cell<Value> {
  value: Value | null;
}

/**
 * What is under way just now, oldest first: a Map for what comes and goes with every call.
 *
 * In a plain Map each call would be copied twice by the garbage collector and live until the next
 * full collection. V8 copies the table of a Map that has seen enough deletions, and links the old
 * table to the new one (`OrderedHashTable::Rehash`); once one of that chain has come into the old
 * space, every later table is kept with all that was in it. Here a table holds nothing but cells.
 */
export class InFlight<Key, Value extends object> {
  readonly #cells = new Map<Key, Cell<Value>>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: Key): boolean {
    return this.#cells.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#cells.get(key)?.value ?? undefined;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    this.#cells.set(key, { value });
  }

  /** @returns whether it was there */
  delete(key: Key): boolean {
    const cell = this.#cells.get(key);
    if (cell === undefined) return false;
    cell.value = null;
    return this.#cells.delete(key);
  }

  *values(): Generator<Value> {
    for (const { value } of this.#cells.values()) if (value !== null) yield value;
  }
}
