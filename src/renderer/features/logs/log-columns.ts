import type { ColumnName } from "../../stores/log-columns.ts";

export interface Column {
  name: ColumnName;
  title: string;
  /** CSS px; what is left goes to `what`. */
  width: number;
  /** Figures stand at the right. */
  isFigure?: boolean;
  /** There is no room for words beside the icon. */
  isIcon?: boolean;
}

const TIME: Column = { name: "time", title: "Time", width: 118 };
const RESULT: Column = { name: "result", title: "Result", width: 102 };
const RESULT_ICON: Column = { name: "result", title: "Result", width: 32, isIcon: true };
const CLIENT: Column = { name: "client", title: "Client", width: 124 };
const WHAT: Column = { name: "what", title: "Method or tool", width: 220 };
const SERVER: Column = { name: "server", title: "Server", width: 104 };
const TOOK: Column = { name: "took", title: "Took", width: 108, isFigure: true };
const SIZE: Column = { name: "size", title: "Size", width: 92, isFigure: true };

export const COLUMNS: readonly Column[] = [TIME, RESULT, CLIENT, WHAT, SERVER, TOOK, SIZE];

/** What can be done without, the first first. */
const DROPPED: readonly ColumnName[] = ["size", "server", "client", "took"];

/**
 * The columns that there is room for. “Method or tool” keeps its least width: for it first the word
 * of a result goes, then whole columns.
 *
 * @param hidden those that a person does not want
 */
export function columnsFor(width: number, hidden: readonly ColumnName[]): Column[] {
  const wanted = COLUMNS.filter(({ name }) => !hidden.includes(name));
  if (fits(wanted, width)) return wanted;
  let columns = wanted.map((column) => (column === RESULT ? RESULT_ICON : column));
  for (const dropped of DROPPED) {
    if (fits(columns, width)) break;
    columns = columns.filter(({ name }) => name !== dropped);
  }
  return columns;
}

const fits = (columns: readonly Column[], width: number): boolean =>
  columns.reduce((sum, column) => sum + column.width, 0) <= width;

/** For `grid-template-columns`. */
export const templateOf = (columns: readonly Column[]): string =>
  columns.map(({ name, width }) => (name === "what" ? "minmax(0, 1fr)" : `${width}px`)).join(" ");
