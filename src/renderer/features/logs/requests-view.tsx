import type { LogRow } from "@local-mcp/contract";
import { Columns3, Pause, Play } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { alert, announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Switch } from "../../components/choice.tsx";
import { Menu, MenuAt, type MenuEntry } from "../../components/menu.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { Splitter, useSplit } from "../../components/splitter.tsx";
import { type ColumnName, toggleLogColumn, useLogColumns } from "../../stores/log-columns.ts";
import { CompareDialog } from "./compare-dialog.tsx";
import { copyEntries } from "./copy-as.tsx";
import { COLUMNS } from "./log-columns.ts";
import { detailName, LogDetailPane } from "./log-detail.tsx";
import { namesKind } from "./log-filter.ts";
import { LogGrid, type RowActions } from "./log-grid.tsx";
import { NoRows } from "./no-rows.tsx";
import { NoteDialog } from "./note-dialog.tsx";
import { ReplayDialog } from "./replay-dialog.tsx";
import { SearchLine } from "./search-line.tsx";
import { rowEntries } from "./row-menu.ts";
import { useIsDockedRight } from "./use-docked-right.ts";
import { useLogView } from "./use-log-view.ts";

/** Those that can be done without. */
const OPTIONAL: readonly ColumnName[] = ["client", "server", "took", "size"];
const RIGHT = { min: 320, max: 900, start: 520 };
const BELOW = { min: 160, max: 640, start: 300 };

type Above =
  | { kind: "note" | "replay"; row: LogRow }
  | { kind: "compare"; one: LogRow; other: LogRow }
  | { kind: "menu" | "copy"; row: LogRow; at: Element | DOMRect };

interface RequestsViewProps {
  /** As it is asked for. */
  filter: string;
  /** As a person wrote it. */
  text: string;
  onCount: (matches: number | null) => void;
}

const toGrid = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-log-grid]");

/** The rows, newest at the bottom, and beside or below them the details of one. */
export function RequestsView({ filter, text, onCount }: RequestsViewProps) {
  const [everything, setEverything] = useParam("all");
  const [idText, setIdText] = useParam("id");
  const opened = Number(idText) || null;
  const { hidden } = useLogColumns();
  const view = useLogView(filter, opened);
  const drawn = useSyncExternalStore(view.subscribe, view.drawn);
  const [above, setAbove] = useState<Above | null>(null);
  const isRight = useIsDockedRight();
  const limits = isRight ? RIGHT : BELOW;
  const right = useSplit("logs-right", RIGHT);
  const below = useSplit("logs-below", BELOW);
  const [size, resize] = isRight ? right : below;
  const { count, isCounted, follow, isPaused, unseen, active } = drawn;
  useEffect(() => onCount(isCounted ? count : null), [onCount, isCounted, count]);
  useEffect(() => () => onCount(null), [onCount]);

  const activeId = active?.id ?? null;
  useEffect(() => {
    // Details that are open go with the row that keys act on.
    if (opened !== null && activeId !== null && activeId !== opened) setIdText(String(activeId));
    // Only where the row is another one, and not where the details were opened for another.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [activeId]);

  const mark = async (row: LogRow): Promise<void> => {
    try {
      view.feed.update(await client.logs.mark({ id: row.id, pinned: !row.pinned }));
      announce(row.pinned ? "Unpinned." : "Pinned. It is kept when older rows are removed.");
    } catch (error) {
      alert(problemLine(error));
    }
  };
  const show = (id: number): void => {
    setIdText(String(id));
    void view.activateById(id).catch(() => undefined);
  };
  const close = (): void => {
    setIdText("");
    toGrid()?.focus();
  };
  const replay = (row: LogRow): void => {
    if (row.kind === "request" && row.method === "tools/call") setAbove({ kind: "replay", row });
    else announce("Only tool calls of clients can be made again.");
  };
  const compare = (one: LogRow, other: LogRow | undefined): void => {
    if (other) setAbove({ kind: "compare", one, other });
    else announce("Choose a second row with Shift and an arrow, then press D.");
  };
  const actions: RowActions = {
    open: (row) => setIdText(String(row.id)),
    pause: () => view.pause(!isPaused),
    follow: () => view.follow(true),
    pin: (row) => void mark(row),
    note: (row) => setAbove({ kind: "note", row }),
    replay,
    compare,
    copyAs: (row, at) => setAbove({ kind: "copy", row, at }),
    menu: (row, at) => setAbove({ kind: "menu", row, at }),
    close: () => {
      if (opened !== null) close();
    },
  };
  const openedRow = active !== null && active.id === opened ? view.at(active.index) : undefined;
  const onClose = (): void => setAbove(null);

  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-border px-4 py-1">
        <Button
          size="toolbar"
          kind={follow ? "secondary" : "quiet"}
          icon={Play}
          aria-pressed={follow && !isPaused}
          onClick={() => view.follow(!follow)}
        >
          {follow && !isPaused ? "Following" : "Follow"}
        </Button>
        <Button
          size="toolbar"
          kind={isPaused ? "secondary" : "quiet"}
          icon={Pause}
          aria-pressed={isPaused}
          onClick={() => view.pause(!isPaused)}
        >
          {isPaused ? "Paused" : "Pause"}
        </Button>
        <SearchLine search={drawn.search} found={count} onCancel={() => view.feed.cancel()} />
        <div className="ml-auto flex items-center gap-3">
          {namesKind(text, Date.now()) ? null : (
            <Switch
              label="Everything"
              checked={everything !== ""}
              onChange={(on) => setEverything(on ? "1" : "")}
            />
          )}
          <Menu
            label="Columns"
            entries={COLUMNS.filter(({ name }) => OPTIONAL.includes(name)).map(
              ({ name, title }): MenuEntry => ({
                label: title,
                checked: !hidden.includes(name),
                run: () => toggleLogColumn(name),
              }),
            )}
            trigger={
              <Button size="toolbar" kind="quiet" icon={Columns3}>
                Columns
              </Button>
            }
          />
        </div>
      </div>
      <div className={`flex min-h-0 flex-1 ${isRight ? "" : "flex-col"}`}>
        <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
          <LogGrid view={view} hidden={hidden} opened={opened} actions={actions} />
          <NoRows view={view} text={text} />
          {unseen > 0 && (isPaused || !follow) ? (
            <Button
              kind="primary"
              size="toolbar"
              className="absolute right-6 bottom-3 shadow-raised"
              onClick={() => {
                view.follow(true);
                toGrid()?.focus();
              }}
            >
              {unseen.toLocaleString()} new ↓
            </Button>
          ) : null}
        </div>
        {opened === null ? null : (
          <>
            <Splitter
              label={isRight ? "Width of the details" : "Height of the details"}
              size={size}
              limits={limits}
              onResize={resize}
              of={isRight ? "right" : "below"}
            />
            <section
              data-pane
              aria-label={detailName(openedRow)}
              className={`flex min-h-0 shrink-0 flex-col border-border bg-bg ${isRight ? "border-l" : "border-t"}`}
              style={isRight ? { width: size } : { height: size }}
              onKeyDown={(event) => {
                if (event.key === "Escape" && !event.defaultPrevented) close();
              }}
            >
              <LogDetailPane
                id={opened}
                row={openedRow}
                actions={{ pin: actions.pin, note: actions.note, replay, show, close }}
              />
            </section>
          </>
        )}
      </div>
      {above?.kind === "note" ? (
        <NoteDialog log={above.row} onSaved={(row) => view.feed.update(row)} onClose={onClose} />
      ) : null}
      {above?.kind === "replay" ? <ReplayDialog log={above.row} onClose={onClose} /> : null}
      {above?.kind === "compare" ? (
        <CompareDialog one={above.one} other={above.other} onClose={onClose} />
      ) : null}
      {above?.kind === "menu" || above?.kind === "copy" ? (
        <MenuAt
          label={above.kind === "copy" ? "Copy as" : "Menu of the row"}
          at={above.at}
          entries={
            above.kind === "copy" ? copyEntries(above.row) : rowEntries(above.row, text, actions)
          }
          onClose={onClose}
          returnFocusTo={toGrid}
        />
      ) : null}
    </>
  );
}
