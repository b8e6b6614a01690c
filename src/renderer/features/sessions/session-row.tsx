import type { SessionView } from "@local-mcp/contract";
import { Ellipsis } from "lucide-react";
import { client } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Menu } from "../../components/menu.tsx";
import { LIKE_ROWS, ROW_MENU } from "../../components/row-list.tsx";
import { clockTime, exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { clientName, lastCallText, SESSION_STATES, tokenText } from "./session-words.ts";

/** Widths of the columns; the quieter ones leave first when there is no room. */
const COLUMNS =
  "grid h-full items-center gap-x-2 px-4 grid-cols-[minmax(120px,1fr)_72px_96px_28px] @min-[500px]:grid-cols-[minmax(128px,2fr)_minmax(96px,1fr)_72px_96px_28px] @min-[700px]:grid-cols-[minmax(128px,2fr)_minmax(96px,1fr)_minmax(96px,1fr)_88px_72px_96px_28px] @min-[884px]:grid-cols-[minmax(128px,2fr)_minmax(96px,1fr)_minmax(96px,1fr)_88px_minmax(80px,1fr)_88px_72px_96px_28px]";

const FROM_500 = "hidden min-w-0 @min-[500px]:flex";
const FROM_700 = "hidden min-w-0 @min-[700px]:flex";
const FROM_884 = "hidden min-w-0 @min-[884px]:flex";

export function SessionListHead() {
  return (
    <div
      role="rowgroup"
      className={`h-8 shrink-0 border-b border-border bg-sunken text-meta font-medium text-text-2 ${LIKE_ROWS}`}
    >
      <div role="row" aria-rowindex={1} className={COLUMNS}>
        <span role="columnheader">Client</span>
        <span role="columnheader" className={FROM_500}>
          Profile
        </span>
        <span role="columnheader" className={FROM_700}>
          Token
        </span>
        <span role="columnheader" className={FROM_884}>
          Era
        </span>
        <span role="columnheader" className={FROM_884}>
          Since
        </span>
        <span role="columnheader" className={FROM_700}>
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
  onShowLogs: () => void;
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
      <span role="gridcell" className={FROM_500}>
        {profile === null ? (
          <span className="truncate text-text-2">removed</span>
        ) : (
          <a href={`#${routeTo("profiles", [profile])}`} tabIndex={-1} className="truncate">
            {profile}
          </a>
        )}
      </span>
      <span role="gridcell" className={`${FROM_700} text-text-2`}>
        <span className="truncate">{tokenText(session)}</span>
      </span>
      <span role="gridcell" className={`${FROM_884} whitespace-nowrap text-text-2`}>
        {protocolVersion}
      </span>
      <span role="gridcell" className={`${FROM_884} text-text-2`} title={exactTime(createdAt)}>
        <span className="truncate">{clockTime(createdAt, now)}</span>
      </span>
      <span
        role="gridcell"
        className={`${FROM_700} text-text-2`}
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
            { label: "Show in Debug Logs", shortcut: "Enter", run: onShowLogs },
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
