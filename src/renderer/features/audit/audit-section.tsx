import { useMutation } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { toast } from "../../components/toast.tsx";
import { matches } from "../settings/setting-table.ts";
import { AuditTable } from "./audit-table.tsx";
import { ACTOR_KINDS, AREAS, filterOf, PERIODS, textsOf } from "./audit-words.ts";
import { PAGE, useAuditLog } from "./use-audit-log.ts";

/** Stands for no choice; nothing that can be chosen is called so. */
const ALL = "all";

const WHO = [
  { value: ALL, label: "Anyone" },
  ...Object.entries(ACTOR_KINDS).map(([value, label]) => ({ value, label })),
];
const WHAT = [
  { value: ALL, label: "Everything" },
  ...AREAS.map(({ prefix, label }) => ({ value: prefix, label })),
];
const WHEN = [
  { value: ALL, label: "Any time" },
  ...PERIODS.map(({ days, label }) => ({ value: String(days), label })),
];

/** Who did what and when: filtered, unfolded, exported. */
export function AuditSection() {
  const [who, setWho] = useParam("who");
  const [what, setWhat] = useParam("what");
  const [days, setDays] = useParam("days");
  const [text, setText] = useState("");
  const filter = filterOf({ who, what, days });
  const log = useAuditLog(filter);
  const rows = useRef<HTMLTableSectionElement>(null);
  const goTo = useFocusOnRow(rows);
  const shown = log.entries?.filter((entry) => matches(text, ...textsOf(entry)));
  const isFiltered = text !== "" || Object.keys(filter).length > 0;
  const clear = (): void => {
    setText("");
    setWho("");
    setWhat("");
    setDays("");
  };
  const save = useMutation(
    api.desktop.saveAudit.mutationOptions({
      onSuccess: (saved) => {
        if (saved)
          toast({
            key: "audit exported",
            text: `${count(saved.entries, "entry", "entries")} written to ${saved.name}.`,
          });
      },
    }),
  );
  const showOlder = async (): Promise<void> => {
    const before = shown?.length ?? 0;
    await log.showOlder();
    goTo(before);
  };
  const older = (
    <Button disabled={log.isReadingOlder} onClick={() => void showOlder()}>
      {text === "" ? "Show older" : "Search older"}
    </Button>
  );

  return (
    <Section
      title="Audit log"
      actions={
        <Button
          size="toolbar"
          icon={Download}
          disabled={save.isPending}
          onClick={() => save.mutate(filter)}
        >
          Export…
        </Button>
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <Choice label="Who" options={WHO} value={who} onChange={setWho} />
        <Choice label="What" options={WHAT} value={what} onChange={setWhat} />
        <Choice label="When" options={WHEN} value={days} onChange={setDays} />
        <FilterField
          label="Filter audit log"
          placeholder="Filter entries"
          value={text}
          onChange={setText}
        />
      </div>
      {save.error ? <ProblemView what="Nothing was exported." error={save.error} /> : null}
      {log.error ? (
        <ProblemView
          what="The audit log could not be read."
          error={log.error}
          onRetry={log.retry}
        />
      ) : null}
      {shown || log.error ? null : <SkeletonRows rows={5} label="Reading the audit log" />}
      {/* Its height is kept, so that nothing moves when something new is recorded. */}
      {shown ? (
        <div className="flex min-h-7 items-center gap-2">
          {log.unseen > 0 ? (
            <Button
              size="toolbar"
              onClick={() => {
                void log.showNew().then(() => goTo(0));
              }}
            >
              Show {log.unseen >= PAGE ? `${PAGE} or more` : log.unseen} new
            </Button>
          ) : (
            <span className="text-meta text-text-2">{countText(shown.length, log)}</span>
          )}
        </div>
      ) : null}
      {shown && shown.length > 0 ? <AuditTable entries={shown} ref={rows} /> : null}
      {shown && shown.length > 0 && log.hasOlder ? (
        <div className="flex justify-center">{older}</div>
      ) : null}
      {shown?.length === 0 ? (
        isFiltered ? (
          <EmptyState
            icon={ScrollText}
            actions={
              <>
                <Button onClick={clear}>Clear filter</Button>
                {log.hasOlder ? older : null}
              </>
            }
          >
            {text === ""
              ? "No entry matches."
              : `No entry matches ‘${text}’${log.hasOlder ? ` among the newest ${log.entries?.length ?? 0}` : ""}.`}
          </EmptyState>
        ) : (
          <EmptyState icon={ScrollText}>
            Who changed something, started a process, signed in or read secrets is listed here.
          </EmptyState>
        )
      ) : null}
    </Section>
  );
}

/** “37 entries, newest first.” */
const countText = (shown: number, { entries = [], hasOlder }: ReturnType<typeof useAuditLog>) => {
  const all = `${hasOlder ? "the newest " : ""}${count(entries.length, "entry", "entries")}`;
  // It is looked for in what was read; the gateway does not know of it.
  const text =
    shown === entries.length
      ? `${all}, newest first.`
      : `${shown} of ${all}. An export holds the others too.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
};

interface ChoiceProps {
  label: string;
  options: { value: string; label: string }[];
  /** Empty where nothing was chosen. */
  value: string;
  onChange: (value: string) => void;
}

function Choice({ label, options, value, onChange }: ChoiceProps) {
  return (
    <Select
      label={label}
      hideLabel
      size="toolbar"
      className="w-36"
      options={options}
      value={value === "" ? ALL : value}
      onChange={(next) => onChange(next === ALL ? "" : next)}
    />
  );
}

/**
 * Moves the focus to a row once it is there: the button that was pressed for it may be gone then.
 */
function useFocusOnRow(rows: { current: HTMLElement | null }): (index: number) => void {
  const [wanted, setWanted] = useState<{ index: number } | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    const mains = rows.current?.querySelectorAll<HTMLElement>("[data-row-main]");
    mains?.item(Math.min(wanted.index, mains.length - 1))?.focus();
  }, [wanted, rows]);
  return (index) => setWanted({ index });
}
