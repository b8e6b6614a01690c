import type { LogDetail, LogRow } from "@local-mcp/contract";
import { useQueries } from "@tanstack/react-query";
import { useId } from "react";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { LineDiff } from "../../components/line-diff-view.tsx";
import { diffRows } from "@local-mcp/contract/diff";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { type ComparedFact, comparedFacts, linesOf, whyNoLines } from "./compare.ts";

interface CompareDialogProps {
  one: Pick<LogRow, "id">;
  other: Pick<LogRow, "id">;
  onClose: () => void;
}

/** Two exchanges side by side: what is known of them, then their messages line by line. */
export function CompareDialog({ one, other, onClose }: CompareDialogProps) {
  const details = useQueries({
    // A row that ran may have ended, and messages are not kept longer than they are seen.
    queries: [one, other].map(({ id }) =>
      api.logs.get.queryOptions({ input: { id }, staleTime: 0, gcTime: 0 }),
    ),
  });
  const [first, second] = details.map(({ data }) => data);
  const failed = details.find(({ error }) => error !== null);
  return (
    <Dialog
      open
      onClose={onClose}
      width="full"
      title="Compare two exchanges"
      description={`Debug log ${one.id} on the left, ${other.id} on the right.`}
      footer={<Button onClick={onClose}>Close</Button>}
    >
      {first && second ? (
        <Compared one={first} other={second} />
      ) : failed ? (
        <ProblemView
          what="They could not be read."
          error={failed.error}
          onRetry={() => details.forEach(({ refetch }) => void refetch())}
        />
      ) : (
        <SkeletonRows label="Reading both" rows={6} />
      )}
    </Dialog>
  );
}

interface ComparedProps {
  one: LogDetail;
  other: LogDetail;
}

function Compared({ one, other }: ComparedProps) {
  const { differing, same } = comparedFacts(one, other);
  return (
    <div className="space-y-4">
      {differing.length > 0 ? (
        <Facts caption="What differs" one={one.id} other={other.id} facts={differing} isHeading />
      ) : null}
      {same.length > 0 ? (
        <details>
          <summary>{count(same.length, "fact is the same", "facts are the same")}</summary>
          <Facts caption="What is the same" one={one.id} other={other.id} facts={same} />
        </details>
      ) : null}
      <Messages title="Request" one={one} other={other} part="request" />
      <Messages title="Response" one={one} other={other} part="response" />
    </div>
  );
}

interface FactsProps {
  caption: string;
  one: number;
  other: number;
  facts: readonly ComparedFact[];
  /** Whether the caption stands above it for all to see. */
  isHeading?: boolean;
}

function Facts({ caption, one, other, facts, isHeading = false }: FactsProps) {
  return (
    <table className="w-full table-fixed text-left">
      <caption className={isHeading ? "pb-1 text-left font-semibold" : "sr-only"}>
        {caption}
      </caption>
      <thead className="text-meta text-text-2">
        <tr className="h-7">
          <th scope="col" className="w-32 font-medium">
            Fact
          </th>
          {[one, other].map((id) => (
            <th key={id} scope="col" className="px-2 font-medium">
              {id}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {facts.map((fact) => (
          <tr key={fact.name} className="border-t border-border align-top">
            <th scope="row" className="py-1 pr-2 font-normal text-text-2">
              {fact.name}
            </th>
            {[fact.one, fact.other].map((text, side) => (
              // oxlint-disable-next-line react/no-array-index-key -- left and right
              <td key={side} className="px-2 py-1 break-words">
                <UntrustedText text={text} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface MessagesProps extends ComparedProps {
  title: string;
  part: "request" | "response";
}

function Messages({ title, one, other, part }: MessagesProps) {
  const id = useId();
  const without = [one, other].flatMap((log) => whyNoLines(log, part) ?? []);
  const lines = [one[part], other[part]].map(linesOf);
  const { rows, left } = diffRows(lines[0] ?? [], lines[1] ?? []);
  const isSame = rows.every(({ kind }) => kind === "skipped");
  return (
    <section aria-labelledby={id} className="space-y-1">
      <h3 id={id} className="font-semibold">
        {title}
      </h3>
      {without.map((why) => (
        <p key={why} className="text-text-2">
          {why}
        </p>
      ))}
      {without.length === 2 ? null : isSame ? (
        <p className="text-text-2">Both are the same.</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
        <div
          role="group"
          aria-labelledby={id}
          tabIndex={0}
          className="max-h-96 overflow-auto rounded-panel border border-border bg-surface"
        >
          <LineDiff
            labelledBy={id}
            rows={rows}
            sides={[`Debug log ${one.id}`, `Debug log ${other.id}`]}
          />
        </div>
      )}
      {left > 0 ? (
        <p className="text-meta text-text-2">
          {count(left, "more row is", "more rows are")} not shown.
        </p>
      ) : null}
    </section>
  );
}
