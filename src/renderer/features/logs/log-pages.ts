import type { LogRow } from "@local-mcp/contract";

/** Rows that are asked for at once. */
export const PAGE_ROWS = 200;
/** Of the pages that were not looked at lately none are kept beyond these. */
const MOST_PAGES = 30;

type Slots = (LogRow | undefined)[];

/** Some rows of a list that is too long to hold, by their place in it. */
export class LogPages {
  /** By number; the one that was looked at last is the last. */
  readonly #pages = new Map<number, Slots>();

  at(index: number): LogRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  /** @param from place of the first */
  put(from: number, rows: readonly LogRow[]): void {
    rows.forEach((row, offset) => {
      const index = from + offset;
      this.#page(Math.floor(index / PAGE_ROWS))[index % PAGE_ROWS] = row;
    });
    this.#forget();
  }

  /** A row comes in at a place, and all from there on move by one. */
  insert(index: number, row: LogRow): void {
    const first = Math.floor(index / PAGE_ROWS);
    const numbers = [...this.#pages.keys()].filter((number) => number >= first);
    let carried: { after: number; row: LogRow | undefined } | null = null;
    for (const number of numbers.toSorted((one, other) => one - other)) {
      const slots = this.#pages.get(number) ?? [];
      const last = slots[PAGE_ROWS - 1];
      const isFirst = number === first;
      const at = isFirst ? index % PAGE_ROWS : 0;
      const comes = isFirst ? row : carried?.after === number - 1 ? carried.row : undefined;
      const moved = Array.from({ length: PAGE_ROWS }, (_, slot) =>
        slot < at ? slots[slot] : slot === at ? comes : slots[slot - 1],
      );
      this.#pages.set(number, moved);
      carried = { after: number, row: last };
    }
    if (carried?.row !== undefined && !this.#pages.has(carried.after + 1)) {
      this.put((carried.after + 1) * PAGE_ROWS, [carried.row]);
    }
  }

  /** Takes the place of the same row, where that is here. */
  update(row: LogRow): void {
    const index = this.find(row.id);
    if (index !== null) this.put(index, [row]);
  }

  /** Where a row is; null where it is not here. */
  find(id: number): number | null {
    for (const [number, slots] of this.#pages) {
      const first = slots[0];
      const last = slots[PAGE_ROWS - 1];
      if ((first && first.id > id) || (last && last.id < id)) continue;
      const slot = slots.findIndex((row) => row?.id === id);
      if (slot !== -1) return number * PAGE_ROWS + slot;
    }
    return null;
  }

  /**
   * Where a row belongs by its id; null where its neighbours are not here.
   *
   * @param count how many rows there are
   */
  placeFor(id: number, count: number): number | null {
    if (count === 0) return 0;
    for (let index = count; index > 0; index -= 1) {
      const before = this.at(index - 1);
      if (before === undefined) return this.#placeFarFromTheEnd(id);
      if (before.id < id) return index;
    }
    return 0;
  }

  #placeFarFromTheEnd(id: number): number | null {
    for (const [number, slots] of this.#pages) {
      for (let slot = 1; slot < PAGE_ROWS; slot += 1) {
        const before = slots[slot - 1];
        const after = slots[slot];
        if (before && after && before.id < id && id < after.id) return number * PAGE_ROWS + slot;
      }
    }
    return null;
  }

  /** Numbers of pages that rows from `first` up to and without `end` are wanted of. */
  missing(first: number, end: number): number[] {
    const numbers = new Set<number>();
    for (let index = first; index < end; index += 1) {
      const number = Math.floor(index / PAGE_ROWS);
      if (this.at(index) === undefined) numbers.add(number);
      else this.#look(number);
    }
    return [...numbers];
  }

  clear(): void {
    this.#pages.clear();
  }

  #page(number: number): Slots {
    const slots = this.#pages.get(number) ?? [];
    this.#look(number, slots);
    return slots;
  }

  #look(number: number, slots = this.#pages.get(number)): void {
    if (slots === undefined) return;
    this.#pages.delete(number);
    this.#pages.set(number, slots);
  }

  #forget(): void {
    for (const number of this.#pages.keys()) {
      if (this.#pages.size <= MOST_PAGES) return;
      this.#pages.delete(number);
    }
  }
}
