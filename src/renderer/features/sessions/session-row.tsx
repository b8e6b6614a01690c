import type { SessionView } from "@local-mcp/contract";
import { Ellipsis } from "lucide-react";
import { client } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Menu } from "../../components/menu.tsx";
import { ROW_MENU } from "../../components/row-list.tsx";
import { clockTime, exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { clientName, lastCallText, SESSION_STATES, tokenText } from "./session-words.ts";

/** Widths of the columns; the quieter ones leave first when there is no room. */
const COLUMNS =
  "grid h-full items-center gap-x-3 px-4 grid-cols-[minmax(140px,1fr)_88px_108px_28px] @min-[640px]:grid-cols-[minmax(140px,1fr)_112px_104px_88px_108px_28px] @min-[820px]:grid-cols-[minmax(140px,1fr)_112px_112px_96px_112px_88px_108px_28px] @min-[980px]:grid-cols-[minmax(140px,1fr)_128px_144px_88px_112px_112px_88px_108px_28px]";

const FROM_640 = "hidden min-w-0 @min-[640px]:flex";
const FROM_820 = "hidden min-w-0 @min-[820px]:flex";
const FROM_980 = "hidden min-w-0 @min-[980px]:flex";

/** Keeps the room that the rows' scroll bar takes. */
const LIKE_ROWS = "overflow-hidden [scrollbar-gutter:stable]";

export function SessionListHead() {
  return (
    <div
      role="rowgroup"
      className={`h-8 shrink-0 border-b border-border bg-sunken text-meta font-medium text-text-2 ${LIKE_ROWS}`}
    >
      <div role="row" aria-rowindex={1} className={COLUMNS}>
        <span role="columnheader">Client</span>
        <span role="columnheader" className={FROM_640}>
          Profile
        </span>
        <span role="columnheader" className={FROM_820}>
          Token
        </span>
        <span role="columnheader" className={FROM_980}>
          Era
        </span>
        <span role="columnheader" className={FROM_820}>
          Since
        </span>
        <span role="columnheader" className={FROM_640}>
          Last call
        </span>
        <span role="columnheader">State</span>
        <span role="columnheader">
          <span className="sr-only">What to do</span>
        </span>
        <span role="columnheader">
          <span className="sr-only">More</span>
        </span>
      </div>
    </div>
  );
}

interface SessionRowProps {
  session: SessionView;
  now: number;
  onDisconnect: () => void;
  /** Null where debug logs have nothing of it. */
  onShowLogs: (() => void) | null;
}

/** The cells of one session. */
export function SessionRow({ session, now, onDisconnect, onShowLogs }: SessionRowProps) {
  const { id, profile, protocolVersion, createdAt, lastSeenAt, lastCallAt } = session;
  const name = clientName(session);
  const { word, icon: Icon, colour, about } = SESSION_STATES[session.state];
  return (
    <div role="presentation" className={COLUMNS}>
      <span role="gridcell" className="min-w-0 truncate font-medium">
        <UntrustedText text={name} />
      </span>
      <span role="gridcell" className={FROM_640}>
        {profile === null ? (
          <span className="truncate text-text-2">removed</span>
        ) : (
          <a href={`#${routeTo("profiles", [profile])}`} tabIndex={-1} className="truncate">
            {profile}
          </a>
        )}
      </span>
      <span role="gridcell" className={`${FROM_820} text-text-2`}>
        <span className="truncate">{tokenText(session)}</span>
      </span>
      <span role="gridcell" className={`${FROM_980} text-text-2 tabular-nums`}>
        {protocolVersion}
      </span>
      <span role="gridcell" className={`${FROM_820} text-text-2`} title={exactTime(createdAt)}>
        <span className="truncate">{clockTime(createdAt, now)}</span>
      </span>
      <span
        role="gridcell"
        className={`${FROM_640} text-text-2`}
        title={lastCallAt === null ? `Last seen ${exactTime(lastSeenAt)}` : exactTime(lastCallAt)}
      >
        <span className="truncate">{lastCallText(session, now)}</span>
      </span>
      <span
        role="gridcell"
        title={about}
        className={classNames("flex items-center gap-1.5 whitespace-nowrap", colour)}
      >
        <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
        {word}
      </span>
      <span role="gridcell" className="flex justify-end">
        <Button
          size="toolbar"
          kind="quiet"
          tabIndex={-1}
          aria-label={`Disconnect ${name}`}
          onClick={onDisconnect}
        >
          Disconnect
        </Button>
      </span>
      <span role="gridcell" className="flex">
        <Menu
          label={`More for ${name}`}
          trigger={<IconButton icon={Ellipsis} label={`More for ${name}`} {...ROW_MENU} />}
          entries={[
            {
              label: "Show in Debug Logs",
              shortcut: "Enter",
              run: () => onShowLogs?.(),
              disabled: onShowLogs === null && "nothing recorded",
            },
            {
              label: "Copy session id",
              run: () => void client.desktop.copyText({ text: id }),
            },
            "separator",
            { label: "Disconnect", shortcut: "Delete", danger: true, run: onDisconnect },
          ]}
        />
      </span>
    </div>
  );
}
