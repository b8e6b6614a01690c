/** The list with one item moved to another place; places outside of it mean its ends. */
export function move<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const rest = items.filter((_, index) => index !== from);
  const moved = items.slice(from, from + 1);
  return [...rest.slice(0, Math.max(0, to)), ...moved, ...rest.slice(Math.max(0, to))];
}

/** An item on its way: where it was, and where it would be dropped. */
export interface Lifted {
  from: number;
  to: number;
}

/** How many rows an item gives way, while another is between being lifted and dropped. */
export function givesWay(index: number, { from, to }: Lifted): -1 | 0 | 1 {
  if (index > from && index <= to) return -1;
  return index < from && index >= to ? 1 : 0;
}

/** Where an item that was dragged this far, in px, would be dropped. */
export function dropPlace(
  from: number,
  distance: number,
  rowHeight: number,
  items: number,
): number {
  const to = from + Math.round(distance / rowHeight);
  return Math.min(Math.max(to, 0), items - 1);
}

const place = (index: number, items: number): string => `position ${index + 1} of ${items}`;

/** What is said to those who cannot see the item move. */
export const SPOKEN = {
  lifted: (name: string, index: number, items: number): string =>
    `${name} lifted, ${place(index, items)}. Arrow keys move it, Space drops it, Esc cancels.`,
  moved: (name: string, index: number, items: number): string => `${name}, ${place(index, items)}.`,
  dropped: (name: string, index: number, items: number): string =>
    `${name} dropped, ${place(index, items)}.`,
  cancelled: (name: string, index: number, items: number): string =>
    `Move cancelled. ${name} is back, ${place(index, items)}.`,
};
