import type { LogRow } from "@local-mcp/contract";
import { shallow } from "zustand/shallow";
import type { LogRows, Place, SearchState } from "./log-rows.ts";
import {
  drawnRows,
  lastTop,
  rebased,
  ROW_HEIGHT,
  rowsOn,
  type Scrolled,
  scrolledTo,
  scrolledToEnd,
} from "./log-window.ts";

/** Where somebody was in a list, to come back to. */
export interface Bookmark {
  follow: boolean;
  /** The row on top, and how much of it is out of sight, CSS px. */
  top: { id: number; offset: number } | null;
  active: number | null;
}

/** What is drawn. The same object as long as nothing of it has changed. */
export interface Drawn {
  count: number;
  isCounted: boolean;
  /** Rows from `first` up to and without `end`, with the place of the topmost on the area. */
  first: number;
  end: number;
  base: number;
  /** Of the scrolling area. */
  rows: number;
  /** Where the area has to be scrolled to; another object each time. Null: where it is. */
  scroll: { top: number } | null;
  follow: boolean;
  isPaused: boolean;
  unseen: number;
  active: Place | null;
  /** The second of two that are compared. */
  other: Place | null;
  error: unknown;
  search: SearchState | null;
  /** Changes with what rows there are. */
  version: number;
}

/** Which rows of a feed are seen, which of them keys act on, and whether it stays at the end. */
export class LogView {
  readonly feed: LogRows;
  readonly #listeners = new Set<() => void>();
  readonly #moved = new Set<() => void>();
  #scrolled: Scrolled = { base: 0, top: 0 };
  #height = 0;
  #follow = true;
  #scroll: { top: number } | null = null;
  /** The place of the topmost row when it was scrolled last. */
  #topIndex = 0;
  #version = 0;
  #drawn: Drawn;
  /** Where it begins, until it is there. */
  #wanted: Bookmark | null;

  constructor(feed: LogRows, bookmark: Bookmark | null) {
    this.feed = feed;
    this.#wanted = bookmark;
    this.#follow = bookmark?.follow ?? true;
    this.#drawn = this.#draw();
  }

  /** Reads as long as it is not stopped. Returns how to. */
  start(): () => void {
    const leave = this.feed.subscribe(() => this.#onFeed());
    this.feed.start();
    return () => {
      leave();
      this.feed.stop();
    };
  }

  /** Calls back when somebody is at another place. Returns how to stop. */
  onMoved(listener: () => void): () => void {
    this.#moved.add(listener);
    return () => this.#moved.delete(listener);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly drawn = (): Drawn => this.#drawn;

  at(index: number): LogRow | undefined {
    return this.feed.at(index);
  }

  /** The area was scrolled, or has another height. */
  onScroll(top: number, height: number): void {
    const seen = { count: this.feed.count, height };
    const isResized = height !== this.#height;
    const isUp = top < this.#scrolled.top - 1;
    const held = height < this.#height ? this.#activeInSight() : null;
    this.#height = height;
    if (Math.abs(top - (this.#scroll?.top ?? -1)) >= 1) this.#scroll = null;
    if (this.#follow && isUp && !isResized) this.#setFollow(false);
    if (this.#follow) this.#goTo(scrolledToEnd(seen));
    else if (held !== null) this.#goTo(scrolledTo(held, { ...this.#seen(), top }));
    else {
      this.#scrolled = { ...this.#scrolled, top };
      const next = rebased({ ...seen, ...this.#scrolled });
      if (next.base !== this.#scrolled.base) this.#goTo(next);
    }
    this.#holdTop();
    this.#redraw();
  }

  follow(on: boolean): void {
    this.#setFollow(on);
    if (on) {
      if (this.feed.isPaused) this.feed.pause(false);
      this.#goTo(scrolledToEnd({ count: this.feed.count, height: this.#height }));
      this.#holdTop();
    }
    this.#redraw();
  }

  pause(on: boolean): void {
    this.feed.pause(on);
  }

  /** The row that keys act on; seen, unless it was pointed at and so is seen already. */
  activate(index: number, isPointed = false): void {
    this.feed.keep("active", index);
    this.feed.keep("other", null);
    this.#show(index, isPointed);
  }

  /** The second row, beside the active one. */
  extend(index: number, isPointed = false): void {
    if (this.feed.place("active") === null) this.activate(index, isPointed);
    else {
      this.feed.keep("other", index);
      this.#show(index, isPointed);
    }
  }

  /** Shows a row by its id, wherever it is. @returns whether it is among those that match */
  async activateById(id: number): Promise<boolean> {
    const index = await this.feed.find(id);
    if ((await this.feed.idAt(index)) !== id) return false;
    this.#setFollow(false);
    this.feed.keep("active", index);
    this.#goTo(scrolledTo(index, this.#seen()));
    this.#holdTop();
    this.#redraw();
    return true;
  }

  /** How many rows a page key goes. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#height / ROW_HEIGHT) - 1);
  }

  get bookmark(): Bookmark {
    const { index = 0, id = null } = this.feed.place("top") ?? {};
    return {
      follow: this.#follow,
      top:
        this.#follow || id === null
          ? null
          : { id, offset: this.#scrolled.top - this.#offsetOf(index) },
      active: this.feed.place("active")?.id ?? null,
    };
  }

  #show(index: number, isPointed: boolean): void {
    this.#setFollow(false);
    if (!isPointed) this.#goTo(scrolledTo(index, this.#seen()));
    this.#holdTop();
    this.#redraw();
  }

  /** The row that keys act on, where it is seen. */
  #activeInSight(): number | null {
    const index = this.feed.place("active")?.index ?? null;
    if (index === null) return null;
    const y = this.#offsetOf(index) - this.#scrolled.top;
    return y >= 0 && y + ROW_HEIGHT <= this.#height ? index : null;
  }

  #seen() {
    return { ...this.#scrolled, count: this.feed.count, height: this.#height };
  }

  #setFollow(on: boolean): void {
    this.#follow = on;
    if (on) this.feed.see();
  }

  #offsetOf(index: number): number {
    return (index - this.#scrolled.base) * ROW_HEIGHT;
  }

  #goTo(next: Scrolled): void {
    this.#scrolled = next;
    if (this.#scroll?.top !== next.top) this.#scroll = { top: next.top };
  }

  /** Remembers which row is on top, so that it stays there when others come or go before it. */
  #holdTop(): void {
    const { base, top } = this.#scrolled;
    this.#topIndex = base + Math.floor(top / ROW_HEIGHT);
    this.feed.keep("top", this.feed.count === 0 ? null : this.#topIndex);
    for (const listener of this.#moved) listener();
  }

  #onFeed(): void {
    this.#version += 1;
    const { count, isCounted } = this.feed;
    if (isCounted && this.#wanted !== null) this.#begin(this.#wanted);
    else if (this.#follow && !this.feed.isPaused) {
      this.feed.see();
      this.#goTo(scrolledToEnd({ count, height: this.#height }));
      this.#holdTop();
    } else this.#stay();
    this.#redraw();
  }

  /** The row on top stays on top, whatever its place is now. */
  #stay(): void {
    const top = this.feed.place("top");
    const moved = (top?.index ?? this.#topIndex) - this.#topIndex;
    const { base } = this.#scrolled;
    const wanted = this.#scrolled.top + moved * ROW_HEIGHT;
    const end = lastTop(rowsOn(this.feed.count, base), this.#height);
    const next = Math.min(Math.max(0, wanted), end);
    if (next !== this.#scrolled.top) this.#goTo({ base, top: next });
    this.#topIndex += moved;
  }

  #begin({ top, active }: Bookmark): void {
    this.#wanted = null;
    if (top === null && active !== null && !this.#follow) {
      void this.#showAtFirst(active);
      return;
    }
    if (active !== null) void this.#comeBack("active", active);
    if (top !== null && !this.#follow) void this.#comeBack("top", top.id, top.offset);
    else this.follow(this.#follow);
  }

  /** One row, or the end where it is not among them. */
  async #showAtFirst(id: number): Promise<void> {
    const isThere = await this.activateById(id).catch(() => false);
    if (!isThere) this.follow(true);
  }

  async #comeBack(name: "active" | "top", id: number, offset = 0): Promise<void> {
    const index = await this.feed.find(id).catch(() => null);
    if (index === null) return;
    this.feed.keep(name, index);
    if (name === "top") {
      const { base } = scrolledTo(index, this.#seen());
      this.#goTo({ base, top: (index - base) * ROW_HEIGHT + offset });
      this.#holdTop();
    }
    this.#redraw();
  }

  #redraw(): void {
    const next = this.#draw();
    this.feed.want(next.first, next.end);
    if (shallow(next, this.#drawn)) return;
    this.#drawn = next;
    for (const listener of this.#listeners) listener();
  }

  #draw(): Drawn {
    const { count, isCounted, isPaused, unseen, error, search } = this.feed;
    const { base } = this.#scrolled;
    return {
      count,
      isCounted,
      ...drawnRows(this.#seen()),
      base,
      rows: rowsOn(count, base),
      scroll: this.#scroll,
      follow: this.#follow,
      isPaused,
      unseen,
      active: this.feed.place("active"),
      other: this.feed.place("other"),
      error,
      search,
      version: this.#version,
    };
  }
}
