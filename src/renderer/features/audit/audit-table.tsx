import { AUDIT_WORDS, type AuditEntry } from "@local-mcp/contract";
import { ChevronDown, ChevronRight } from "lucide-react";
import { Fragment, type Ref, useId, useState } from "react";
import { DetailList } from "../../components/detail-list.tsx";
import { Panel } from "../../components/page.tsx";
import { exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { rowKeys } from "../profiles/row-keys.ts";
import { detailsOf, kindOf, subjectOf, whoOf } from "./audit-words.ts";

const HEADS = ["Time", "Who", "What", "On", "Result"];

interface AuditTableProps {
  entries: readonly AuditEntry[];
  /** Of its rows, for those who look for one of them. */
  ref: Ref<HTMLTableSectionElement>;
}

/** A row for each entry, newest first; what changed unfolds below it. */
export function AuditTable({ entries, ref }: AuditTableProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = (id: number): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <Panel className="overflow-x-auto">
      <table className="w-full min-w-[640px] table-fixed text-left">
        <thead className="bg-sunken text-meta text-text-2">
          <tr className="h-8">
            {HEADS.map((head) => (
              <th key={head} scope="col" className={`px-3 font-medium ${WIDTHS[head] ?? ""}`}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it */}
        <tbody ref={ref} className="divide-y divide-border" onKeyDown={rowKeys()}>
          {entries.map((entry) => (
            <EntryRows
              key={entry.id}
              entry={entry}
              isOpen={open.has(entry.id)}
              onToggle={() => toggle(entry.id)}
            />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Without the year, which the row unfolds to. */
const when = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const WIDTHS: Record<string, string> = {
  Time: "w-34",
  Who: "w-30",
  On: "w-28 rail:w-44",
  Result: "w-18",
};

interface EntryRowsProps {
  entry: AuditEntry;
  isOpen: boolean;
  onToggle: () => void;
}

function EntryRows({ entry, isOpen, onToggle }: EntryRowsProps) {
  const details = useId();
  const { at, actor, action, outcome, subject } = entry;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <Fragment>
      <tr data-row={AUDIT_WORDS[action]} className="h-9 hover:bg-sunken">
        <td className="truncate px-3 text-meta text-text-2">{when.format(at)}</td>
        <td className="truncate px-3 text-text-2">
          <UntrustedText text={whoOf(actor)} />
        </td>
        <td className="px-1">
          <button
            type="button"
            data-row-main
            aria-expanded={isOpen}
            aria-controls={isOpen ? details : undefined}
            onClick={onToggle}
            className="inline-flex h-7 max-w-full items-center gap-1 rounded-chip px-1 text-left hit-24"
          >
            <Chevron aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
            <span className={outcome === "failed" ? "truncate text-err" : "truncate"}>
              {AUDIT_WORDS[action]}
            </span>
          </button>
        </td>
        <td className="truncate px-3">
          <UntrustedText text={subjectOf(subject)} />
        </td>
        <td className={`px-3 ${outcome === "failed" ? "text-err" : "text-text-2"}`}>
          {outcome === "failed" ? "Failed" : "Done"}
        </td>
      </tr>
      {isOpen ? (
        <tr id={details} className="bg-sunken">
          <td colSpan={HEADS.length} className="px-3 py-3 break-words">
            <EntryDetails entry={entry} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function EntryDetails({ entry }: { entry: AuditEntry }) {
  const { at, actor, action, subject } = entry;
  return (
    <DetailList
      items={[
        { name: "Time", value: exactTime(at) },
        {
          name: "Who",
          value: (
            <>
              <UntrustedText text={whoOf(actor)} />
              {actor.kind === "token" ? " (access token)" : null}
            </>
          ),
        },
        { name: "Action", value: <code>{action}</code> },
        ...(subject ? [{ name: "On", value: <SubjectText subject={subject} /> }] : []),
        ...detailsOf(entry).map(({ name, value }) => ({
          name,
          value: <UntrustedText text={value} />,
        })),
      ]}
    />
  );
}

function SubjectText({ subject }: { subject: NonNullable<AuditEntry["subject"]> }) {
  const { id, name } = subject;
  return (
    <>
      {name === null ? null : <UntrustedText text={name} />}{" "}
      <span className="text-text-2">
        {kindOf(subject)}
        {id === null || id === name ? null : `, id ${id}`}
      </span>
    </>
  );
}
