import { CircleX } from "lucide-react";
import { Banner } from "../../components/banner.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { duration } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { cut, readResult } from "./call-result.ts";

interface CallOutcomeProps {
  answer: { result: Record<string, unknown>; durationMs: number } | null;
  error: unknown;
  cancelled: boolean;
}

/** What came of a call: an answer, the tool's own error, or that there was no answer at all. */
export function CallOutcome({ answer, error, cancelled }: CallOutcomeProps) {
  if (cancelled) {
    return <p className="text-text-2">The call was cancelled; it may have taken effect.</p>;
  }
  if (error) return <ProblemView what="The call failed." error={error} />;
  if (!answer) return null;
  const { isError, parts } = readResult(answer.result);
  const whole = JSON.stringify(answer.result, null, 2);
  return (
    <section aria-label="Answer" className="space-y-2">
      <div className="flex items-center gap-2">
        <p className="flex flex-1 items-center gap-1.5 font-medium">
          {isError ? (
            <>
              <CircleX aria-hidden size={16} strokeWidth={1.75} className="text-err" />
              <span className="text-err">The tool says that it failed</span>
            </>
          ) : (
            "The tool answered"
          )}
          <span className="font-normal text-text-2">· {duration(answer.durationMs)}</span>
        </p>
        <CopyButton text={whole} label="Copy JSON of the whole answer" size="toolbar">
          Copy JSON
        </CopyButton>
      </div>
      {parts.length === 0 ? <Banner level="note" title="The answer holds nothing." /> : null}
      {parts.map(({ label, text }, index) => {
        const shown = cut(text);
        return (
          // Parts of one answer never move.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className="space-y-1">
            <p className="text-meta text-text-2">
              <UntrustedText text={label} />
            </p>
            <CodeBlock label={label} text={shown.text} wrap untrusted />
            {shown.note ? <p className="text-meta text-text-2">{shown.note}</p> : null}
          </div>
        );
      })}
    </section>
  );
}
