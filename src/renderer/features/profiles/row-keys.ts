import type { KeyboardEvent } from "react";
import { rowAfterKey, TypeAhead } from "../../components/list-keys.ts";

/*
 * Keys of a table whose rows are few enough to be all in the document. Each row carries `data-row`,
 * with the text that is typed to jump to it; its control that takes the focus, `data-row-main`.
 */

const PAGE_ROWS = 10;
const typeAhead = new TypeAhead();

/** ↑ ↓ Home End PgUp PgDn and typed letters move, ⇧F10 opens the row's menu, Delete asks. */
export const rowKeys =
  (onDelete?: (index: number) => void) =>
  (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = rowsOf(event.currentTarget);
    const at = rows.findIndex((row) => event.target instanceof Node && row.contains(event.target));
    if (at === -1) return;
    const to = destination(event, rows, at);
    if (to !== null) {
      mainOf(rows[to])?.focus();
    } else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      rows[at]?.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click();
    } else if (event.key === "Delete" && onDelete) {
      onDelete(at);
    } else {
      return;
    }
    event.preventDefault();
  };

function destination(
  { key, timeStamp }: KeyboardEvent,
  rows: readonly HTMLElement[],
  at: number,
): number | null {
  const moved = rowAfterKey(key, at, rows.length, PAGE_ROWS);
  if (moved !== null || !/^[\p{L}\p{N}]$/u.test(key)) return moved;
  return typeAhead.press(
    key,
    timeStamp,
    rows.map((row) => row.dataset.row ?? ""),
    at,
  );
}

const rowsOf = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? []),
];

const mainOf = (row: HTMLElement | undefined): HTMLElement | null =>
  row?.querySelector<HTMLElement>("[data-row-main]") ?? null;

/** Where the focus goes when a row is gone: to the one after it, or else before it. */
export function rowBeside(list: HTMLElement | null, index: number): HTMLElement | null {
  const rows = rowsOf(list);
  return mainOf(rows[index + 1] ?? rows[index - 1]);
}
