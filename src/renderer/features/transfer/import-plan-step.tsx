import type { ImportPlan } from "@local-mcp/contract";
import { useMemo } from "react";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { RadioList } from "../../components/radio-list.tsx";
import { count, exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { ImportFrame } from "./import-page.tsx";
import { ImportButton } from "./import-button.tsx";
import { ImportRows } from "./import-rows.tsx";
import {
  countStates,
  type ImportWishes,
  isNothingTicked,
  obstacleOf,
  shownRows,
  toWrite,
} from "./import-view.ts";
import { NoteList } from "./note-list.tsx";
import {
  formatText,
  type RowState,
  stateCount,
  STATE_WORDS,
  STRATEGIES,
  STRATEGY_WORDS,
} from "./transfer-words.ts";
import { goTo, setWishes, useImport } from "./use-import.ts";

/** The third step: what becomes of each entry, and what is to be said of it before. */
export function ImportPlanStep() {
  const { plan, all, wishes, isPlanning, hasChanged, error } = useImport();
  const rows = useMemo(
    () => (plan === null ? [] : shownRows(all, plan, wishes)),
    [all, plan, wishes],
  );
  if (plan === null) return null;
  const counts = countStates(rows);
  const obstacle = isNothingTicked(all, wishes.left)
    ? { text: "Nothing is ticked.", states: [] }
    : obstacleOf(plan, counts);
  const isReady = obstacle === null && !isPlanning;
  return (
    <ImportFrame
      canStartOver
      scrolls="content"
      actions={
        plan.commands.length > 0 ? (
          <Button kind="primary" disabled={!isReady} onClick={() => goTo("commands")}>
            Look at commands…
          </Button>
        ) : (
          <ImportButton n={toWrite(counts)} disabled={!isReady} />
        )
      }
    >
      <div className="relative flex min-h-0 flex-1 flex-col overflow-y-auto">
        <div className="space-y-3 p-4 pb-2">
          {error === null ? null : (
            <div role="alert">
              <ProblemView what="Nothing was imported." error={error} />
            </div>
          )}
          {hasChanged ? (
            <div role="alert">
              <Banner level="warn" title="What is configured has changed since the plan was made.">
                <p>Nothing was imported. This is the plan as it is now: look at it once more.</p>
              </Banner>
            </div>
          ) : null}
          <Origin plan={plan} />
          <Notes plan={plan} />
          <Summary counts={counts} isPlanning={isPlanning} />
          <Strategies wishes={wishes} />
          {obstacle === null ? null : (
            <p role="status" className={plan.applicable ? "text-text-2" : "text-err"}>
              <UntrustedText text={obstacle.text} />
            </p>
          )}
        </div>
        <div className="min-h-80 flex-1 px-2 pb-2">
          <ImportRows rows={rows} wishes={wishes} obstacles={obstacle?.states ?? []} />
        </div>
      </div>
    </ImportFrame>
  );
}

/** What the file says of itself, and of its secrets. */
function Origin({ plan: { format, source, secrets } }: { plan: ImportPlan }) {
  const at = source.exportedAt === null ? Number.NaN : Date.parse(source.exportedAt);
  const facts = [
    formatText(format),
    Number.isNaN(at) ? null : `made ${exactTime(at)}`,
    source.exportedBy === null ? null : `by ${source.exportedBy}`,
    source.gateway === null ? null : `at ${source.gateway}`,
    secrets.opened > 0 ? `${count(secrets.opened, "secret")} opened` : null,
    secrets.plain > 0 ? `${count(secrets.plain, "secret")} in clear, sealed when stored` : null,
    secrets.missing > 0 ? `${count(secrets.missing, "secret")} without a value` : null,
  ];
  return (
    <p className="text-text-2">
      <UntrustedText text={`${facts.filter((fact) => fact !== null).join(" · ")}.`} />
    </p>
  );
}

/** What is to be known of the file as a whole. */
function Notes({ plan: { problems, warnings, losses } }: { plan: ImportPlan }) {
  return (
    <>
      <NoteList title="Wrong with the file" notes={problems} open />
      <NoteList title="Has no counterpart here" notes={losses} />
      <NoteList title="To be known" notes={warnings.map((message) => ({ pointer: "", message }))} />
    </>
  );
}

const SUMMARISED = Object.keys(STATE_WORDS).filter(
  (state): state is RowState => state in STATE_WORDS,
);

interface SummaryProps {
  counts: Record<RowState, number>;
  isPlanning: boolean;
}

/** “+ 4 new ~ 2 change = 9 same”, with nothing that there is none of. */
function Summary({ counts, isPlanning }: SummaryProps) {
  return (
    <p role="status" aria-busy={isPlanning} className="flex flex-wrap gap-x-4 gap-y-1 tabular-nums">
      <span className="sr-only">Plan: </span>
      {SUMMARISED.filter((state) => counts[state] > 0).map((state) => (
        <span key={state}>
          <span aria-hidden className="font-mono text-text-2">
            {STATE_WORDS[state].sign}
          </span>{" "}
          {stateCount(state, counts[state])}
        </span>
      ))}
    </p>
  );
}

/** What becomes of those that are there and differ. */
function Strategies({ wishes }: { wishes: ImportWishes }) {
  return (
    <RadioList
      inline
      label="Where it is there already"
      value={wishes.strategy}
      items={STRATEGIES.map((value) => ({ value, ...STRATEGY_WORDS[value] }))}
      // What was chosen for one holds only against what was said of all.
      onChange={(strategy) => setWishes({ strategy, choices: {} })}
    />
  );
}
