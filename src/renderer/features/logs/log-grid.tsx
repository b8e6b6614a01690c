import type { LogRow } from "@local-mcp/contract";
import {
  type KeyboardEvent,
  type MouseEvent,
  type UIEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { classNames } from "../../components/class-names.ts";
import { rowAfterKey } from "../../components/list-keys.ts";
import { ago, exactTime } from "../../components/time.ts";
import type { ColumnName } from "../../stores/log-columns.ts";
import { type Column, columnsFor, templateOf } from "./log-columns.ts";
import { LogRowView } from "./log-row.tsx";
import type { Drawn, LogView } from "./log-view.ts";
import { ROW_HEIGHT } from "./log-window.ts";
import { useToday } from "./use-today.ts";

/** What a key does to the row that it is pressed on. */
export interface RowActions {
  open: (row: LogRow) => void;
  pause: () => void;
  follow: () => void;
  pin: (row: LogRow) => void;
  note: (row: LogRow) => void;
  replay: (row: LogRow) => void;
  /** Shows the menu of what can be copied. */
  copyAs: (row: LogRow, at: HTMLElement) => void;
  compare: (row: LogRow, other: LogRow | undefined) => void;
  menu: (row: LogRow, at: HTMLElement | DOMRect) => void;
  close: () => void;
}

interface LogGridProps {
  view: LogView;
  hidden: readonly ColumnName[];
  /** The row whose details are shown. */
  opened: number | null;
  actions: RowActions;
}

/**
 * The rows of a view: one stop for Tab, in which keys move and act. Only those in sight are in the
 * document, and the one that keys act on.
 */
export function LogGrid({ view, hidden, opened, actions }: LogGridProps) {
  const drawn = useSyncExternalStore(view.subscribe, view.drawn);
  const id = useId();
  const today = useToday();
  const scroller = useRef<HTMLDivElement>(null);
  const width = useSize(scroller, view);
  useScrolled(scroller, drawn);
  const columns = columnsFor(width, hidden);
  const template = templateOf(columns);
  const { active, other, first, end, base } = drawn;
  const indexes = Array.from({ length: end - first }, (_, offset) => first + offset);
  if (
    active !== null &&
    active.index < drawn.count &&
    (active.index < first || active.index >= end)
  )
    indexes.push(active.index);
  const rowId = (index: number): string => `${id}-${index}`;
  const rowElement = (index: number): HTMLElement | null =>
    document.getElementById(rowId(index)) ?? null;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== event.currentTarget) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = active?.index ?? null;
    const row = index === null ? undefined : view.at(index);
    const at = index === null ? null : rowElement(index);
    const isDone =
      move(view, event) ||
      actOnPage(event, actions) ||
      (row !== undefined && at !== null && actOnRow(event, row, at, actions, otherOf(view)));
    if (isDone) event.preventDefault();
  };
  const onClick = (event: MouseEvent): void => {
    const index = indexAt(event);
    if (index === null) return;
    if (event.shiftKey) {
      view.extend(index, true);
      return;
    }
    view.activate(index, true);
    const row = view.at(index);
    if (row) actions.open(row);
  };
  const onContextMenu = (event: MouseEvent): void => {
    const index = indexAt(event);
    const row = index === null ? undefined : view.at(index);
    if (index === null || row === undefined) return;
    event.preventDefault();
    view.activate(index, true);
    actions.menu(row, new DOMRect(event.clientX, event.clientY, 0, 0));
  };

  const isActiveSeen = active !== null && active.index >= first && active.index < end;

  return (
    // Clicks and the pointer's menu are the keys' Enter and Shift+F10.
    <div
      ref={scroller}
      role="grid"
      aria-label="Debug logs"
      aria-rowcount={drawn.count + 1}
      aria-multiselectable
      aria-activedescendant={active === null || drawn.count === 0 ? undefined : rowId(active.index)}
      tabIndex={0}
      data-log-grid
      data-return-focus
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget }: UIEvent<HTMLElement>) => told(view, currentTarget)}
      onClick={onClick}
      onContextMenu={onContextMenu}
      onMouseOver={tellWhen}
      className={classNames(
        "group/list min-h-0 flex-1 overflow-x-hidden overflow-y-scroll bg-surface -outline-offset-2 [overflow-anchor:none]",
        isActiveSeen ? "outline-none" : "outline-focus",
      )}
    >
      <Heads columns={columns} template={template} />
      <div role="rowgroup" className="relative" style={{ height: drawn.rows * ROW_HEIGHT }}>
        {indexes.map((index) => {
          const row = view.at(index);
          return (
            <LogRowView
              key={index}
              id={rowId(index)}
              row={row}
              position={index + 1}
              top={(index - base) * ROW_HEIGHT}
              columns={columns}
              template={template}
              isActive={active?.index === index}
              isSelected={
                (row !== undefined && row.id === opened) ||
                other?.index === index ||
                (other !== null && active?.index === index)
              }
              today={today}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Of the heads, which stay on top of what is scrolled, CSS px. */
const HEADS_HEIGHT = 32;

const told = (view: LogView, { scrollTop, clientHeight }: HTMLElement): void =>
  view.onScroll(scrollTop, clientHeight - HEADS_HEIGHT);

function Heads({ columns, template }: { columns: readonly Column[]; template: string }) {
  return (
    <div role="rowgroup" className="sticky top-0 z-1 border-b border-border bg-sunken">
      <div
        role="row"
        aria-rowindex={1}
        className="grid items-center text-meta text-text-2"
        style={{ gridTemplateColumns: template, height: HEADS_HEIGHT - 1 }}
      >
        {columns.map(({ name, title, isFigure, isIcon }) => (
          <div
            key={name}
            role="columnheader"
            className={classNames("truncate px-2 font-medium", isFigure && "text-right")}
          >
            {isIcon ? <span className="sr-only">{title}</span> : title}
          </div>
        ))}
      </div>
    </div>
  );
}

const otherOf = (view: LogView): LogRow | undefined => {
  const { other } = view.drawn();
  return other === null ? undefined : view.at(other.index);
};

/** Arrows and their like; with Shift they choose a second row. */
function move(view: LogView, { key, shiftKey }: KeyboardEvent): boolean {
  if (key === "End" && !shiftKey) return false;
  const { active, other, count, first } = view.drawn();
  const from = shiftKey ? (other ?? active) : active;
  // From nowhere it begins at what is newest.
  const next = rowAfterKey(
    key,
    from?.index ?? (key === "Home" ? first : count),
    count,
    view.pageRows,
  );
  if (next === null) return false;
  if (shiftKey) view.extend(next);
  else view.activate(next);
  return true;
}

function actOnPage({ key }: KeyboardEvent, actions: RowActions): boolean {
  if (key === " ") actions.pause();
  else if (key === "End") actions.follow();
  else if (key === "Escape") actions.close();
  else return false;
  return true;
}

function actOnRow(
  event: KeyboardEvent,
  row: LogRow,
  at: HTMLElement,
  actions: RowActions,
  other: LogRow | undefined,
): boolean {
  if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
    actions.menu(row, at);
    return true;
  }
  switch (event.key.toLowerCase()) {
    case "enter":
      actions.open(row);
      return true;
    case "p":
      actions.pin(row);
      return true;
    case "n":
      actions.note(row);
      return true;
    case "r":
      actions.replay(row);
      return true;
    case "c":
      actions.copyAs(row, at);
      return true;
    case "d":
      actions.compare(row, other);
      return true;
    default:
      return false;
  }
}

function indexAt({ target }: MouseEvent): number | null {
  const element = target instanceof Element ? target.closest("[data-index]") : null;
  const index = Number(element?.getAttribute("data-index") ?? Number.NaN);
  return Number.isInteger(index) ? index : null;
}

/** How long ago is known only when it is asked. */
function tellWhen({ target }: MouseEvent): void {
  const time = target instanceof Element ? target.closest<HTMLElement>("[data-at]") : null;
  if (time === null) return;
  const at = Number(time.dataset["at"]);
  time.title = `${exactTime(at)}, ${ago(at)}`;
}

/** How wide the rows are; how high the area is, is told to the view. */
function useSize(scroller: React.RefObject<HTMLDivElement | null>, view: LogView): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const measure = (): void => {
      setWidth(element.clientWidth);
      told(view, element);
    };
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    return () => resized.disconnect();
  }, [scroller, view]);
  return width;
}

/** Scrolls to where the view wants it, in the frame in which its rows are drawn. */
function useScrolled(scroller: React.RefObject<HTMLDivElement | null>, { scroll }: Drawn): void {
  useLayoutEffect(() => {
    if (scroll !== null && scroller.current) scroller.current.scrollTop = scroll.top;
  }, [scroller, scroll]);
}
