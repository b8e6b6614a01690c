/** Of each row, CSS px. */
export const ROW_HEIGHT = 28;
/** Chromium draws nothing beyond 33,554,428 px; more rows than these are shown a part at a time. */
export const MOST_ROWS = 1_100_000;
/** Rows that are drawn beyond what is seen, on either side. */
const BEYOND = 8;
/** What is drawn changes by so many rows at once, so that most of scrolling draws nothing anew. */
const STEP = 4;

/** Which part of a list is on the scrolling area, and where that is scrolled to. */
export interface Scrolled {
  /** The row at the top of the area; 0 unless there are more than fit on it. */
  base: number;
  /** CSS px. */
  top: number;
}

interface Seen extends Scrolled {
  /** How many rows there are. */
  count: number;
  /** Of what is seen, CSS px. */
  height: number;
}

/** How many rows the scrolling area has. */
export const rowsOn = (count: number, base: number): number => Math.min(count - base, MOST_ROWS);

/** Where the area is scrolled to when its last row is seen. */
export const lastTop = (rows: number, height: number): number =>
  Math.max(0, rows * ROW_HEIGHT - height);

/** Rows to draw: from `first` up to and without `end`. */
export function drawnRows({ count, base, top, height }: Seen): { first: number; end: number } {
  const from = Math.floor(top / ROW_HEIGHT);
  const to = Math.ceil((top + height) / ROW_HEIGHT);
  const first = Math.floor((from - BEYOND) / STEP) * STEP;
  const end = Math.ceil((to + BEYOND) / STEP) * STEP;
  const last = base + rowsOn(count, base);
  return {
    first: Math.min(last, base + Math.max(0, first)),
    end: Math.min(last, base + Math.max(0, end)),
  };
}

/**
 * The part of a list to show, where one edge of the area comes into sight and there are more rows
 * beyond it. What is seen stays where it is.
 */
export function rebased(seen: Seen): Scrolled {
  const { count, base, top, height } = seen;
  const rows = rowsOn(count, base);
  const near = height * 4;
  const wanted =
    base > 0 && top < near
      ? base - MOST_ROWS / 2
      : base + rows < count && top > lastTop(rows, height) - near
        ? base + MOST_ROWS / 2
        : base;
  const next = Math.min(Math.max(0, wanted), Math.max(0, count - MOST_ROWS));
  return { base: next, top: top + (base - next) * ROW_HEIGHT };
}

/** How to show a row: as little as needed is scrolled, and half of what is seen where it is far. */
export function scrolledTo(index: number, seen: Seen): Scrolled {
  const { count, height } = seen;
  const base =
    index >= seen.base && index < seen.base + rowsOn(count, seen.base)
      ? seen.base
      : Math.min(Math.max(0, index - MOST_ROWS / 2), Math.max(0, count - MOST_ROWS));
  const at = (index - base) * ROW_HEIGHT;
  const top = base === seen.base ? seen.top : Number.NEGATIVE_INFINITY;
  const isFar = at < top - height || at > top + 2 * height;
  const wanted = isFar
    ? at - (height - ROW_HEIGHT) / 2
    : Math.max(Math.min(top, at), at + ROW_HEIGHT - height);
  return { base, top: Math.min(Math.max(0, wanted), lastTop(rowsOn(count, base), height)) };
}

/** The end of a list. */
export function scrolledToEnd({ count, height }: Pick<Seen, "count" | "height">): Scrolled {
  const base = Math.max(0, count - MOST_ROWS);
  return { base, top: lastTop(rowsOn(count, base), height) };
}
