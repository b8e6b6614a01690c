import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { announce } from "../../app/announce.ts";
import { dropPlace, givesWay, type Lifted, SPOKEN } from "./reorder.ts";

/** An item on its way, by keys or by a pointer that has moved it this far. */
interface Travel extends Lifted {
  /** In px; null while it is moved by keys. */
  distance: number | null;
}

interface ReorderOptions {
  /** What each item is called. */
  titles: readonly string[];
  rowHeight: number;
  /** The element whose children are the rows; what it is in scrolls. */
  list: RefObject<HTMLElement | null>;
  /** An item was put to another place. */
  onMove: (from: number, to: number) => void;
}

/**
 * Rows that are put in order: dragged by a handle, or with Space, ↑ ↓ and Space on it, or with Alt
 * and ↑ ↓ anywhere in the row. While an item is on its way rows are only shifted, so that focus and
 * pointer stay on it.
 */
export function useReorder({ titles, rowHeight, list, onMove }: ReorderOptions) {
  const [travel, setTravel] = useState<Travel | null>(null);
  const start = useRef(0);
  const size = titles.length;
  const titleOf = (index: number): string => titles[index] ?? "";

  useEffect(() => {
    if (travel === null || travel.distance !== null) return;
    list.current?.children[travel.from]?.scrollIntoView({ block: "nearest" });
  }, [travel, list]);

  const put = (from: number, to: number): void => {
    const place = Math.min(Math.max(to, 0), size - 1);
    if (from !== place) onMove(from, place);
    announce(SPOKEN.dropped(titleOf(from), place, size));
  };

  const onHandleKey = (event: KeyboardEvent, index: number): void => {
    if (travel === null) {
      if (event.key !== " ") return;
      setTravel({ from: index, to: index, distance: null });
      announce(SPOKEN.lifted(titleOf(index), index, size));
    } else if (event.key === " ") {
      setTravel(null);
      put(travel.from, travel.to);
    } else if (event.key === "Escape") {
      setTravel(null);
      announce(SPOKEN.cancelled(titleOf(index), index, size));
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const to = travel.to + (event.key === "ArrowUp" ? -1 : 1);
      if (to >= 0 && to < size) {
        setTravel({ ...travel, to });
        announce(SPOKEN.moved(titleOf(index), to, size));
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const scrolled = (): number => list.current?.parentElement?.scrollTop ?? 0;

  const onPointerDown = (event: PointerEvent<HTMLElement>, index: number): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = event.clientY + scrolled();
    setTravel({ from: index, to: index, distance: 0 });
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>, index: number): void => {
    if (travel === null || travel.distance === null) return;
    takeAlong(list.current?.parentElement ?? null, event.clientY, rowHeight);
    const top = -index * rowHeight;
    const wanted = event.clientY + scrolled() - start.current;
    const distance = Math.min(Math.max(wanted, top), top + (size - 1) * rowHeight);
    setTravel({ from: index, to: dropPlace(index, distance, rowHeight, size), distance });
  };

  const onPointerUp = (): void => {
    if (travel === null || travel.distance === null) return;
    setTravel(null);
    if (travel.from !== travel.to) put(travel.from, travel.to);
  };

  return {
    put,
    isLifted: (index: number): boolean => travel?.from === index,
    /** Where a row is drawn while one is on its way. */
    shift: (index: number): string | undefined => shiftOf(index, travel, rowHeight),
    onRowKey: (event: KeyboardEvent, index: number): void => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      put(index, index + (event.key === "ArrowUp" ? -1 : 1));
    },
    /** For the handle of a row. */
    handle: (index: number) => ({
      onKeyDown: (event: KeyboardEvent) => onHandleKey(event, index),
      onPointerDown: (event: PointerEvent<HTMLElement>) => onPointerDown(event, index),
      onPointerMove: (event: PointerEvent<HTMLElement>) => onPointerMove(event, index),
      onPointerUp,
      onPointerCancel: () => setTravel(null),
      // Another handle that is pressed is lifted before the focus has left this one.
      onBlur: () => setTravel((now) => (now?.from === index ? null : now)),
    }),
  };
}

/** A row that is dragged to the edge of what is seen takes the list along. */
function takeAlong(scroller: HTMLElement | null, pointerY: number, rowHeight: number): void {
  if (scroller === null) return;
  const { top, bottom } = scroller.getBoundingClientRect();
  if (pointerY < top + rowHeight / 2) scroller.scrollBy(0, -rowHeight / 4);
  if (pointerY > bottom - rowHeight / 2) scroller.scrollBy(0, rowHeight / 4);
}

function shiftOf(index: number, travel: Travel | null, rowHeight: number): string | undefined {
  if (travel === null) return undefined;
  if (index !== travel.from) return `translateY(${givesWay(index, travel) * rowHeight}px)`;
  return `translateY(${travel.distance ?? (travel.to - travel.from) * rowHeight}px)`;
}
