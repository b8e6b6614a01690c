import { type DiffRow, type Line, wordDiff } from "@local-mcp/contract/diff";
import { memo } from "react";
import { classNames } from "./class-names.ts";
import { count } from "./time.ts";
import { UntrustedText } from "./untrusted-text.tsx";
import { DiffWords } from "./word-diff-view.tsx";

interface LineDiffProps {
  labelledBy: string;
  rows: readonly DiffRow[];
  /** What the columns are called. */
  sides: readonly [string, string];
}

/** There may be thousands of lines, and all of them are compared at once. */
const MOST_IN_A_LINE = 40_000;

/** Two texts side by side, line by line; in lines that differ the words that do are marked. */
export const LineDiff = memo(function LineDiff({ labelledBy, rows, sides }: LineDiffProps) {
  return (
    <table aria-labelledby={labelledBy} className="w-full table-fixed font-mono text-log">
      <thead className="bg-sunken text-left font-sans text-meta text-text-2">
        <tr className="border-b border-border">
          {sides.map((side) => (
            <th
              key={side}
              scope="col"
              className="border-l border-border px-2 py-0.5 font-medium first:border-l-0"
            >
              {side}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) =>
          row.kind === "skipped" ? (
            // oxlint-disable-next-line react/no-array-index-key -- rows of a comparison never move
            <tr key={index}>
              <td colSpan={2} className="bg-sunken px-2 py-0.5 font-sans text-meta text-text-2">
                {count(row.lines, "line is the same", "lines are the same")}
              </td>
            </tr>
          ) : (
            // oxlint-disable-next-line react/no-array-index-key -- rows of a comparison never move
            <tr key={index} className="align-top">
              <Side line={row.one} beside={row.other} differs={row.differs} side="removed" />
              <Side line={row.other} beside={row.one} differs={row.differs} side="added" />
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
});

interface SideProps {
  line: Line | null;
  beside: Line | null;
  differs: boolean;
  side: "removed" | "added";
}

const LOOKS = {
  removed: { sign: "−", look: "bg-removed" },
  added: { sign: "+", look: "bg-added" },
};

function Side({ line, beside, differs, side }: SideProps) {
  const { sign, look } = LOOKS[side];
  if (line === null) return <td className="border-l border-border bg-sunken first:border-l-0" />;
  return (
    <td className={classNames("border-l border-border first:border-l-0", differs && look)}>
      <div className="flex">
        <span aria-hidden className="w-10 shrink-0 pr-1 text-right text-text-2 select-none">
          {line.number}
        </span>
        <span aria-hidden className="w-4 shrink-0 text-center select-none">
          {differs ? sign : ""}
        </span>
        <span className="min-w-0 flex-1 break-words whitespace-pre-wrap">
          {differs && beside !== null ? (
            <DiffWords
              parts={
                side === "removed"
                  ? wordDiff(line.text, beside.text, MOST_IN_A_LINE)
                  : wordDiff(beside.text, line.text, MOST_IN_A_LINE)
              }
              kind={side}
              look="underline decoration-2 underline-offset-2"
            />
          ) : (
            <UntrustedText text={line.text} />
          )}
        </span>
      </div>
    </td>
  );
}
