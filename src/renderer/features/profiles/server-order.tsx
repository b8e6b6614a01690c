import {
  type ProfileView,
  type ServerState,
  type ServerView,
  STATE_WORDS,
} from "@local-mcp/contract";
import { GripVertical } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { navigate, routeTo } from "../../app/router.ts";
import { IconButton } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Menu } from "../../components/menu.tsx";
import { StateIcon } from "../../components/state-badge.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { isWell } from "../servers/trouble.ts";
import { PositionDialog } from "./position-dialog.tsx";
import { move } from "./reorder.ts";
import { useReorder } from "./use-reorder.ts";

/** Height of a row, px; what is dragged moves by whole rows. */
const ROW_HEIGHT = 40;

export interface OrderedServer {
  name: string;
  title: string;
  /** Null while it has not been read. */
  view: ServerView | null;
  on: number;
  total: number;
}

interface ServerOrderProps {
  profile: ProfileView;
  servers: readonly OrderedServer[];
  /** Names, in the new order. */
  onOrder: (names: string[]) => void;
  onRemove: (server: OrderedServer) => void;
}

/** The servers of a profile; the order decides who keeps a name that two of them use. */
export function ServerOrder({ profile, servers, onOrder, onRemove }: ServerOrderProps) {
  const [positioned, setPositioned] = useState<number | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const { put, handle, isLifted, shift, onRowKey } = useReorder({
    titles: servers.map(({ title }) => title),
    rowHeight: ROW_HEIGHT,
    list,
    onMove: (from, to) => onOrder(move(servers, from, to).map(({ name }) => name)),
  });
  const size = servers.length;
  /** What takes the focus once a row is gone, and how many rows there were before. */
  const beside = useRef<{ button: HTMLElement | null; size: number } | null>(null);
  useEffect(() => {
    if (beside.current === null || beside.current.size === size) return;
    if (document.activeElement === document.body) beside.current.button?.focus();
    beside.current = null;
  });
  const remove = (server: OrderedServer, index: number): void => {
    const rows = list.current?.children;
    const row = rows?.[index + 1] ?? rows?.[index - 1];
    beside.current = { button: row?.querySelector<HTMLElement>("button") ?? null, size };
    onRemove(server);
  };

  return (
    <>
      <ul ref={list} aria-label={`Servers of ${profile.name}, in order`}>
        {servers.map((server, index) => (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it
          <li
            key={server.name}
            style={{ height: ROW_HEIGHT, transform: shift(index) }}
            className={classNames(
              "flex items-center gap-1.5 rounded-control border pr-1",
              isLifted(index)
                ? "relative z-10 border-border-strong bg-raised shadow-raised"
                : "border-transparent",
            )}
            onKeyDown={(event) => onRowKey(event, index)}
          >
            <IconButton
              icon={GripVertical}
              label={`Reorder ${server.title}`}
              shortcut="Space, then ↑ ↓"
              tooltipSide="right"
              aria-pressed={isLifted(index)}
              className="touch-none"
              {...handle(index)}
            />
            <Server server={server} />
            <Menu
              label={`More for ${server.title}`}
              entries={[
                { label: "Open server", run: () => navigate(routeTo("servers", [server.name])) },
                "separator",
                {
                  label: "Move up",
                  run: () => put(index, index - 1),
                  disabled: index === 0 && "is first",
                  shortcut: "Alt+↑",
                },
                {
                  label: "Move down",
                  run: () => put(index, index + 1),
                  disabled: index === size - 1 && "is last",
                  shortcut: "Alt+↓",
                },
                {
                  label: "Move to top",
                  run: () => put(index, 0),
                  disabled: index === 0 && "is first",
                },
                {
                  label: "Move to position…",
                  run: () => setPositioned(index),
                  disabled: size < 2 && "is alone",
                },
                "separator",
                { label: "Remove from profile", run: () => remove(server, index) },
              ]}
            />
          </li>
        ))}
      </ul>
      {positioned === null ? null : (
        <PositionDialog
          title={servers[positioned]?.title ?? ""}
          position={positioned}
          size={size}
          onMove={(to) => put(positioned, to)}
          onClose={() => setPositioned(null)}
        />
      )}
    </>
  );
}

function Server({ server }: { server: OrderedServer }) {
  const { title, view } = server;
  const word = view && STATE_WORDS[view.status.state];
  const says = listed(server);
  return (
    <span className="flex min-w-0 flex-1 items-center gap-1.5">
      {view ? <StateIcon state={view.status.state} /> : null}
      {word === says ? null : <span className="sr-only">{word}</span>}
      <span className="min-w-0 flex-1 truncate">
        <UntrustedText text={title} />
      </span>
      <span className="text-meta whitespace-nowrap text-text-2 tabular-nums">{says}</span>
    </span>
  );
}

const OFFERS_NONE: readonly ServerState[] = ["off", "unconfirmed"];

/** How much of it is on, how old that is, or why there is nothing. */
function listed({ view, on, total }: OrderedServer): string {
  if (view === null) return `${on}/${total}`;
  const { state, listedAt } = view.status;
  if (listedAt === null || OFFERS_NONE.includes(state)) return STATE_WORDS[state];
  return isWell(view) ? `${on}/${total}` : `as of ${clockTime(listedAt)}`;
}
