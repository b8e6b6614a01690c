import type { LogRow } from "@local-mcp/contract";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { alert, announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { useLogColumns } from "../../stores/log-columns.ts";
import { type Above, AboveRows } from "./above-rows.tsx";
import { DetailDock } from "./detail-dock.tsx";
import { type Found, spokenFound } from "./found-words.ts";
import { detailName, LogDetailPane } from "./log-detail.tsx";
import { LogGrid, type RowActions } from "./log-grid.tsx";
import { canReplay } from "./log-words.ts";
import type { Drawn, LogView } from "./log-view.ts";
import { NoRows } from "./no-rows.tsx";
import { RequestsToolbar } from "./requests-toolbar.tsx";
import { useLogView } from "./use-log-view.ts";

interface RequestsViewProps {
  /** As it is asked for. */
  filter: string;
  /** As a person wrote it. */
  text: string;
  onFound: (found: Found | null) => void;
}

const toGrid = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-log-grid]");

/** The rows, newest at the bottom, and beside or below them the details of one. */
export function RequestsView({ filter, text, onFound }: RequestsViewProps) {
  const [idText, setIdText] = useParam("id");
  const opened = Number(idText) || null;
  const { hidden } = useLogColumns();
  const view = useLogView(filter, opened);
  const drawn = useSyncExternalStore(view.subscribe, view.drawn);
  const [above, setAbove] = useState<Above | null>(null);
  const { active } = drawn;
  const show = (id: number | null): void => setIdText(id === null ? "" : String(id));
  useTold(view, drawn, text, onFound);
  useSameRow(view, drawn, opened, show);

  const close = (): void => {
    show(null);
    toGrid()?.focus();
  };
  const actions = actionsOn(view, { show, close, setAbove });
  const openedRow = active !== null && active.id === opened ? view.at(active.index) : undefined;

  return (
    <>
      <RequestsToolbar view={view} drawn={drawn} text={text} />
      <DetailDock
        label={detailName(openedRow)}
        rows={
          <>
            <LogGrid view={view} hidden={hidden} opened={opened} actions={actions} />
            <NoRows view={view} text={text} />
            <News view={view} drawn={drawn} />
          </>
        }
        details={
          opened === null ? null : (
            <LogDetailPane id={opened} row={openedRow} actions={{ ...actions, show, close }} />
          )
        }
        onClose={close}
      />
      {above ? (
        <AboveRows
          above={above}
          actions={actions}
          text={text}
          onMarked={(row) => view.feed.update(row)}
          onClose={() => setAbove(null)}
          returnFocusTo={toGrid}
        />
      ) : null}
    </>
  );
}

/** How much has come since somebody looked elsewhere, and the way there. */
function News({ view, drawn: { unseen, follow, isPaused } }: { view: LogView; drawn: Drawn }) {
  if (unseen === 0 || (follow && !isPaused)) return null;
  return (
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
  );
}

/** The page says how many match; whoever hears it is told once for each filter, when it is known. */
function useTold(
  view: LogView,
  { count, isCounted, search }: Drawn,
  text: string,
  onFound: (found: Found | null) => void,
): void {
  const told = useRef<LogView | null>(null);
  const isOver = isCounted && search !== "searching";
  useEffect(
    () => onFound(isCounted ? { count, search } : null),
    [onFound, isCounted, count, search],
  );
  useEffect(() => () => onFound(null), [onFound]);
  useEffect(() => {
    if (!isOver || told.current === view) return;
    told.current = view;
    if (text !== "") announce(spokenFound(view.drawn()));
    // When it is over for the first time, and not whenever one more comes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [view, isOver]);
}

/** The row whose details are open is the one that keys act on, whichever of both was chosen. */
function useSameRow(
  view: LogView,
  { active }: Drawn,
  opened: number | null,
  show: (id: number) => void,
): void {
  const activeId = active?.id ?? null;
  useEffect(() => {
    if (opened !== null && activeId !== null && activeId !== opened) show(activeId);
    // Only when another row is active: one that is opened by its id may not be in the list.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [activeId]);
  useEffect(() => {
    const now = view.drawn();
    if (opened === null || !now.isCounted || now.active?.id === opened) return;
    void view.activateById(opened).catch(() => false);
  }, [view, opened]);
}

interface Around {
  show: (id: number) => void;
  close: () => void;
  setAbove: (above: Above) => void;
}

function actionsOn(view: LogView, { show, close, setAbove }: Around): RowActions {
  return {
    open: ({ id }) => show(id),
    pause: () => view.pause(!view.drawn().isPaused),
    follow: () => view.follow(true),
    pin: (row) => void pin(view, row),
    note: (row) => setAbove({ kind: "note", row }),
    replay: (row) => {
      if (canReplay(row)) setAbove({ kind: "replay", row });
      else announce("Only tool calls of clients can be made again.");
    },
    compare: (one, other) => {
      if (other) setAbove({ kind: "compare", one, other });
      else announce("Choose a second row with Shift and an arrow, then press D.");
    },
    copyAs: (row, at) => setAbove({ kind: "copy", row, at }),
    menu: (row, at) => setAbove({ kind: "menu", row, at }),
    close,
  };
}

async function pin(view: LogView, row: LogRow): Promise<void> {
  try {
    view.feed.update(await client.logs.mark({ id: row.id, pinned: !row.pinned }));
    await queryClient.invalidateQueries({ queryKey: api.logs.get.key() });
    announce(row.pinned ? "Unpinned." : "Pinned. It is kept when older rows are removed.");
  } catch (error) {
    alert(problemLine(error));
  }
}
