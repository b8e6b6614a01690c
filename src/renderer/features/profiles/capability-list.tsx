import type {
  CapabilityKind,
  CapabilityView,
  Customization,
  Page,
  ProfileView,
} from "@local-mcp/contract";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { count } from "../../components/time.ts";
import { rowAfterKey } from "../../components/list-keys.ts";
import { CapabilityItem } from "./capability-item.tsx";
import { type CapabilityRow, isLocal, keyOf, LOCAL_TITLE, switched } from "./capability-rows.ts";
import { EditToolDialog } from "./edit-tool-dialog.tsx";
import { GroupHead } from "./group-head.tsx";

/** Before they are measured, px. */
const HEIGHTS = { group: 44, item: 52 };
const PAGE_ROWS = 10;

/** Where the gateway's own are defined. */
const PAGES: Record<CapabilityKind, Page> = {
  tool: "tools",
  prompt: "prompts",
  resource: "resources",
};

interface CapabilityListProps {
  label: string;
  profile: ProfileView;
  rows: readonly CapabilityRow[];
  /** Everything of the profile, to say who else has a name. */
  capabilities: readonly CapabilityView[];
  /** `said` is spoken once it is done. */
  onSwitch: (changes: readonly Customization[], said: string) => void;
}

/**
 * What servers and the gateway itself offer to a profile, each with a checkbox. Only rows near what is seen are in the
 * document; one row at a time is a stop of the Tab key, and arrow keys move from row to row.
 */
export function CapabilityList({
  label,
  profile,
  rows,
  capabilities,
  onSwitch,
}: CapabilityListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [currentKey, setCurrentKey] = useState<string | null>(null);
  const [edited, setEdited] = useState<CapabilityView | null>(null);
  const wantsFocus = useRef(false);
  // A server that offers nothing has no checkbox to go to.
  const stops = [...rows.keys()].filter((index) => (rows[index]?.group.items.length ?? 0) > 0);
  const stop = Math.max(
    0,
    stops.findIndex((index) => rows[index]?.key === currentKey),
  );
  const current = stops[stop] ?? 0;
  const titles = new Map(rows.map(({ group }) => [group.server, group.title]));
  const titleOf = (server: string): string =>
    titles.get(server) ?? (isLocal({ server }) ? LOCAL_TITLE : server);
  const edit = (item: CapabilityView): void => {
    if (isLocal(item)) navigate(routeTo(PAGES[item.kind], [item.original]));
    else if (item.kind === "tool") setEdited(item);
  };

  // oxlint-disable-next-line react/incompatible-library -- nothing memoizes what it returns
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => HEIGHTS[rows[index]?.type ?? "item"],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    // The row that has the focus must not leave the document with it.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), current])]
        .filter((index) => index < rows.length)
        .sort((a, b) => a - b),
  });

  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-index="${current}"] [role="checkbox"]`)
      ?.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[current];
    if (event.key === "Enter" && row?.type === "item" && isCheckbox(event.target)) {
      event.preventDefault();
      edit(row.item);
      return;
    }
    const next = rowAfterKey(event.key, stop, stops.length, PAGE_ROWS);
    const to = next === null ? undefined : stops[next];
    if (to === undefined) return;
    event.preventDefault();
    wantsFocus.current = true;
    setCurrentKey(rows[to]?.key ?? null);
    virtualizer.scrollToIndex(to, { align: "auto" });
  };

  return (
    <>
      <div
        ref={scroller}
        className="min-h-40 flex-1 overflow-y-auto rounded-panel border border-border bg-surface max-stack:max-h-[70vh]"
      >
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of its checkboxes */}
        <ul
          aria-label={label}
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            if (!row) return null;
            const tabIndex = index === current ? 0 : -1;
            return (
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- follows the focus of its controls
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
                className="absolute top-0 left-0 w-full border-b border-border"
                style={{ transform: `translateY(${start}px)` }}
                onFocus={() => setCurrentKey(row.key)}
              >
                {row.type === "group" ? (
                  <GroupHead
                    group={row.group}
                    tabIndex={tabIndex}
                    onSwitch={(enabled) => {
                      const changes = switched(row.group.items, enabled);
                      const done = `${count(changes.length, "entry", "entries")} of ${row.group.title} turned ${enabled ? "on" : "off"}.`;
                      onSwitch(changes, done);
                    }}
                  />
                ) : (
                  <CapabilityItem
                    item={row.item}
                    group={row.group}
                    capabilities={capabilities}
                    titleOf={titleOf}
                    tabIndex={tabIndex}
                    onSwitch={(enabled) =>
                      onSwitch(
                        switched([row.item], enabled),
                        `${row.item.name} turned ${enabled ? "on" : "off"}.`,
                      )
                    }
                    onEdit={() => edit(row.item)}
                  />
                )}
              </li>
            );
          })}
        </ul>
      </div>
      {edited === null ? null : (
        <EditToolDialog
          key={keyOf(edited)}
          profile={profile}
          item={edited}
          capabilities={capabilities}
          titleOf={titleOf}
          onClose={() => setEdited(null)}
          onSaved={(name) => announce(`Clients of “${profile.name}” see “${name}”.`)}
        />
      )}
    </>
  );
}

const isCheckbox = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.role === "checkbox";
