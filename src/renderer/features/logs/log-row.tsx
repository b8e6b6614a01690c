import type { LogKind, LogOutcome, LogRow } from "@local-mcp/contract";
import { OUTCOME_WORDS } from "@local-mcp/contract";
import {
  Ban,
  Bell,
  Check,
  CircleDashed,
  CircleX,
  CornerDownRight,
  type LucideIcon,
  MessageCircleQuestionMark,
  OctagonX,
  Pin,
  StickyNote,
  TimerOff,
  Unplug,
} from "lucide-react";
import { memo } from "react";
import { classNames } from "../../components/class-names.ts";
import { sizeText } from "../../components/size.ts";
import { duration } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { ColumnName } from "../../stores/log-columns.ts";
import type { Column } from "./log-columns.ts";
import { ROW_HEIGHT } from "./log-window.ts";
import { barOf, clientOf, rowTime, SHORT_OUTCOMES, sizeOf, whatOf } from "./log-words.ts";

/** Shape first: colour is for what failed. */
export const OUTCOME_LOOKS: Record<LogOutcome, { icon: LucideIcon; colour: string }> = {
  running: { icon: CircleDashed, colour: "text-text-2" },
  ok: { icon: Check, colour: "text-text-3" },
  tool_error: { icon: CircleX, colour: "text-err" },
  error: { icon: OctagonX, colour: "text-err" },
  cancelled: { icon: Ban, colour: "text-text-2" },
  timed_out: { icon: TimerOff, colour: "text-err" },
  interrupted: { icon: Unplug, colour: "text-err" },
};

/** Stands before what is no request of a client. */
const KIND_LOOKS: Record<Exclude<LogKind, "request">, { icon: LucideIcon; word: string }> = {
  upstream: { icon: CornerDownRight, word: "to the server: " },
  question: { icon: MessageCircleQuestionMark, word: "question: " },
  notification: { icon: Bell, word: "notification: " },
};

interface LogRowViewProps {
  id: string;
  /** Undefined while it is read. */
  row: LogRow | undefined;
  /** Its place among those that match, from 1. */
  position: number;
  top: number;
  columns: readonly Column[];
  template: string;
  /** Keys act on it. */
  isActive: boolean;
  /** It is shown beside, or compared. */
  isSelected: boolean;
  /** Midnight before now, so that it is drawn anew when a day is over. */
  today: number;
}

/** One row of 28 px, or its place. */
export const LogRowView = memo(function LogRowView({
  id,
  row,
  position,
  top,
  columns,
  template,
  isActive,
  isSelected,
  today,
}: LogRowViewProps) {
  return (
    <div
      id={id}
      role="row"
      // The row of the heads is the first.
      aria-rowindex={position + 1}
      aria-selected={isSelected}
      aria-busy={row === undefined ? true : undefined}
      data-index={position - 1}
      className={classNames(
        "absolute inset-x-0 grid items-center border-b border-border -outline-offset-2 outline-focus",
        isActive && "group-focus-visible/list:outline-2",
        isSelected ? "bg-accent-soft" : "hover:bg-sunken",
      )}
      style={{ height: ROW_HEIGHT, top, gridTemplateColumns: template }}
    >
      {columns.map((column) => (
        <div
          key={column.name}
          role="gridcell"
          className={classNames(
            "min-w-0 truncate px-2",
            column.isFigure && "text-right tabular-nums",
          )}
        >
          {row === undefined ? (
            <Blank name={column.name} />
          ) : (
            <Cell row={row} column={column} today={today} />
          )}
        </div>
      ))}
    </div>
  );
});

/** Of the height that the text will have. */
function Blank({ name }: { name: ColumnName }) {
  return (
    <span
      aria-hidden
      className={classNames(
        "inline-block h-3 rounded-chip bg-sunken align-middle",
        name === "what" ? "w-40" : "w-3/4",
      )}
    />
  );
}

interface CellProps {
  row: LogRow;
  column: Column;
  today: number;
}

function Cell({ row, column, today }: CellProps) {
  switch (column.name) {
    case "time":
      return (
        <time data-at={row.at} className="font-mono text-log text-text-3">
          {rowTime(row.at, today)}
        </time>
      );
    case "result":
      return <Result outcome={row.outcome} isIcon={column.isIcon} />;
    case "client":
      return <Name text={clientOf(row)} />;
    case "what":
      return <What row={row} />;
    case "server":
      return <Name text={row.server} />;
    case "took":
      return <Took row={row} />;
    default: {
      const size = sizeOf(row);
      return size === null ? <None /> : <>{sizeText(size)}</>;
    }
  }
}

function Result({ outcome, isIcon }: { outcome: LogOutcome; isIcon: boolean | undefined }) {
  const { icon: Icon, colour } = OUTCOME_LOOKS[outcome];
  return (
    <span
      title={OUTCOME_WORDS[outcome]}
      className={classNames("flex items-center gap-1.5", colour)}
    >
      <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
      <span className={isIcon ? "sr-only" : "truncate"}>{SHORT_OUTCOMES[outcome]}</span>
    </span>
  );
}

const None = () => <span className="text-text-3">–</span>;

function Name({ text }: { text: string | null }) {
  return text === null ? <None /> : <UntrustedText text={text} />;
}

function What({ row }: { row: LogRow }) {
  return (
    <span className="flex items-center gap-1.5">
      {row.kind === "request" ? null : <Kind kind={row.kind} />}
      <span className="truncate font-mono text-log">
        <UntrustedText text={whatOf(row)} />
      </span>
      {row.pinned ? <Mark icon={Pin} word="pinned" /> : null}
      {row.hasNote ? <Mark icon={StickyNote} word="has a note" /> : null}
    </span>
  );
}

function Kind({ kind }: { kind: Exclude<LogKind, "request"> }) {
  const { icon: Icon, word } = KIND_LOOKS[kind];
  return (
    <>
      <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0 text-text-3" />
      <span className="sr-only">{word}</span>
    </>
  );
}

function Mark({ icon: Icon, word }: { icon: LucideIcon; word: string }) {
  return (
    <>
      <Icon aria-hidden size={12} strokeWidth={1.75} className="shrink-0 text-text-2" />
      <span className="sr-only">, {word}</span>
    </>
  );
}

function Took({ row: { durationMs, outcome } }: { row: LogRow }) {
  if (durationMs === null) {
    return outcome === "running" ? <span className="text-text-2">running…</span> : <None />;
  }
  return (
    <span className="flex items-center justify-end gap-2">
      <span
        aria-hidden
        className="h-2 bg-border-strong"
        style={{ width: `${Math.max(2, Math.round(barOf(durationMs) * 36))}px` }}
      />
      {duration(durationMs)}
    </span>
  );
}
