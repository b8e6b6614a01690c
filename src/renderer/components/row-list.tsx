import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useRef,
} from "react";
import { classNames } from "./class-names.ts";
import { rowAfterKey, TypeAhead } from "./list-keys.ts";

interface RowListProps<Item> {
  /** `grid` where rows hold controls of their own, `listbox` where a row is only chosen. */
  kind: "grid" | "listbox";
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** What type-ahead compares with. */
  textOf: (item: Item) => string;
  rowHeight: 36 | 52;
  /** The row that keys act on; null for the first. */
  active: string | null;
  /** The row of a grid whose details are shown beside it. */
  opened?: string | null;
  onActive: (item: Item) => void;
  onOpen?: (item: Item) => void;
  onSpace?: (item: Item) => void;
  onDelete?: (item: Item) => void;
  /** A grid's row of column heads. */
  head?: ReactNode;
  children: (item: Item) => ReactNode;
  ref?: Ref<HTMLDivElement>;
}

/** Marks the button in a row that opens its menu; ⇧F10 and the menu key press it. */
export const ROW_MENU = { "data-row-menu": "" };

/** For the heads over a list: keeps the room that the rows' scroll bar takes. */
export const LIKE_ROWS = "overflow-hidden [scrollbar-gutter:stable]";

/**
 * Rows of one height, of which only those in view are drawn. The list is one stop for Tab; arrows,
 * Home, End, page keys and letters move in it.
 */
export function RowList<Item>({
  kind,
  label,
  items,
  keyOf,
  textOf,
  rowHeight,
  active,
  opened = null,
  onActive,
  onOpen,
  onSpace,
  onDelete,
  head,
  children,
  ref,
}: RowListProps<Item>) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const typeAhead = useRef(new TypeAhead());
  const current = Math.max(
    0,
    items.findIndex((item) => keyOf(item) === active),
  );
  // What it returns is used here alone, in this very render.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // The row that the list's focus refers to has to be there, even out of view.
    rangeExtractor: (range) => [
      ...new Set([...defaultRangeExtractor(range), ...(current < range.count ? [current] : [])]),
    ],
  });
  useEffect(() => {
    if (active !== null) virtualizer.scrollToIndex(current);
  }, [virtualizer, active, current]);

  const rowElement = (index: number): HTMLElement | null =>
    document.getElementById(`${id}-${index}`);
  const openMenu = (index: number): boolean => {
    const button = rowElement(index)?.querySelector<HTMLElement>("[data-row-menu]");
    button?.click();
    return button !== null && button !== undefined;
  };
  const act = (event: KeyboardEvent): boolean => {
    const item = items[current];
    if (item === undefined) return false;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const next = rowAfterKey(event.key, current, items.length, page);
    const moved = next === null ? undefined : items[next];
    if (moved !== undefined) {
      onActive(moved);
      return true;
    }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      return openMenu(current);
    }
    if (event.key === "Enter") return run(onOpen, item);
    if (event.key === " ") return run(onSpace, item);
    if (event.key === "Delete") return run(onDelete, item);
    // A slash goes to the filter, wherever the focus is.
    if (event.key.length !== 1 || event.key === "/") return false;
    const found = typeAhead.current.press(event.key, event.timeStamp, items.map(textOf), current);
    const named = found === null ? undefined : items[found];
    return named === undefined ? false : run(onActive, named);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const own = event.target === event.currentTarget;
    if (!own || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event)) event.preventDefault();
  };

  const isGrid = kind === "grid";
  const rows = (
    <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const item = items[index];
        if (item === undefined) return null;
        const isCurrent = index === current;
        const isChosen = keyOf(item) === (isGrid ? opened : active);
        return (
          // A row has a role, and the list hears the keys for it.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus, jsx-a11y/no-static-element-interactions
          <div
            key={keyOf(item)}
            id={`${id}-${index}`}
            role={isGrid ? "row" : "option"}
            aria-rowindex={isGrid ? index + (head ? 2 : 1) : undefined}
            aria-selected={isGrid && opened === null ? undefined : isChosen}
            aria-posinset={isGrid ? undefined : index + 1}
            aria-setsize={isGrid ? undefined : items.length}
            onClick={(event) => {
              onActive(item);
              if (isOwnClick(event)) onOpen?.(item);
            }}
            className={classNames(
              "absolute inset-x-0 border-b border-border -outline-offset-2 outline-focus",
              isCurrent && "group-focus-visible/list:outline-2",
              isChosen ? "bg-accent-soft" : "hover:bg-sunken",
            )}
            style={{ height: rowHeight, top: start }}
          >
            {children(item)}
          </div>
        );
      })}
    </div>
  );
  const shared = {
    tabIndex: 0,
    "aria-label": label,
    "aria-activedescendant": items.length > 0 ? `${id}-${current}` : undefined,
    onKeyDown,
  };
  if (!isGrid) {
    return (
      <div
        ref={scroller}
        role="listbox"
        {...shared}
        className="group/list min-h-0 flex-1 overflow-x-hidden overflow-y-auto outline-none"
      >
        {rows}
      </div>
    );
  }
  return (
    <div
      ref={ref}
      role="grid"
      aria-rowcount={items.length + (head ? 1 : 0)}
      {...shared}
      className="group/list flex min-h-0 flex-1 flex-col outline-none"
    >
      {head}
      <div
        ref={scroller}
        role="rowgroup"
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto [scrollbar-gutter:stable]"
      >
        {rows}
      </div>
    </div>
  );
}

/** A click on the row itself, and not on a control in it or on a menu that one opened. */
const isOwnClick = ({ currentTarget, target }: MouseEvent): boolean =>
  target instanceof Element &&
  currentTarget.contains(target) &&
  target.closest("a, button, label, input, [role=switch]") === null;

function run<Item>(what: ((item: Item) => void) | undefined, item: Item): boolean {
  what?.(item);
  return what !== undefined;
}
