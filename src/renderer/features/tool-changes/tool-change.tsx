import type { ToolChange } from "@local-mcp/contract";
import { useId } from "react";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { jsonText } from "../../components/json-text.ts";
import { LineDiff } from "../../components/line-diff-view.tsx";
import { Panel } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { WordDiff } from "../../components/word-diff-view.tsx";
import { sinceWhen } from "./change-words.ts";
import type { ChangedPart } from "@local-mcp/contract/diff";
import type { ReviewedTool } from "./use-review.ts";

const SIDES = ["Accepted", "Now"] as const;

interface ToolChangeViewProps {
  tool: ReviewedTool;
  /** Why it was not accepted. */
  error: Error | null;
  onAccept: () => void;
  /** It stays held back; what changed is put away. */
  onKeep: () => void;
  onUnfold: () => void;
  onShowWhole: () => void;
  onShowNewer: () => void;
}

/** One tool, as it was accepted and as it is now. It is accepted below all of that. */
export function ToolChangeView({
  tool,
  error,
  onAccept,
  onKeep,
  onUnfold,
  onShowWhole,
  onShowNewer,
}: ToolChangeViewProps) {
  const id = useId();
  const { change, parts, left, newer, isFolded } = tool;
  const { name, isHeldBack, accepted, now } = change;
  return (
    <section aria-labelledby={id}>
      <Panel>
        <header className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-3 py-2">
          <h2
            id={id}
            data-tool={name}
            tabIndex={-1}
            className="min-w-0 font-mono text-field font-semibold break-all"
          >
            <UntrustedText text={name} />
          </h2>
          <p className="text-meta text-text-2">
            {sinceWhen(change)}
            {isHeldBack ? " · held back" : null}
          </p>
          {isFolded ? (
            <Button
              size="toolbar"
              className="ml-auto"
              aria-label={`Show what changed of ${name}`}
              onClick={onUnfold}
            >
              Show what changed
            </Button>
          ) : null}
        </header>
        {isFolded ? null : (
          <div className="space-y-4 px-3 py-3">
            {accepted === null ? (
              <NewTool definition={now} />
            ) : (
              parts.map((part) => <Part key={part.title} part={part} />)
            )}
            {newer ? (
              <Banner
                level="warn"
                title={
                  <UntrustedText text={`${name} has changed again since you began to read.`} />
                }
                actions={<Button onClick={onShowNewer}>Show it as it is now</Button>}
              />
            ) : null}
            {error && !newer ? <Banner level="err" title={problemLine(error)} /> : null}
            <div className="flex flex-wrap justify-end gap-2">
              {isHeldBack ? (
                <Button aria-label={`Keep held back: ${name}`} onClick={onKeep}>
                  Keep held back
                </Button>
              ) : null}
              {newer ? null : left > 0 ? (
                <Button onClick={onShowWhole}>Show {count(left, "more row")}</Button>
              ) : (
                <Button aria-label={`Accept ${name}`} onClick={onAccept}>
                  Accept
                </Button>
              )}
            </div>
          </div>
        )}
      </Panel>
    </section>
  );
}

function Part({ part }: { part: ChangedPart }) {
  const id = useId();
  if (part.type === "text") {
    return <WordDiff title={part.title} before={part.before} after={part.after} sides={SIDES} />;
  }
  return (
    <section className="space-y-1">
      <h3 id={id} className="font-medium">
        {part.title}
      </h3>
      <div className="overflow-hidden rounded-panel border border-border bg-surface">
        <LineDiff labelledBy={id} rows={part.rows} sides={SIDES} />
      </div>
    </section>
  );
}

/** There is nothing to compare it with: all of it is new. */
function NewTool({ definition }: { definition: ToolChange["now"] }) {
  const { name: _, description, ...rest } = definition;
  return (
    <>
      {typeof description === "string" ? (
        <p className="max-w-prose break-words whitespace-pre-wrap">
          <UntrustedText text={description} />
        </p>
      ) : null}
      <CodeBlock
        label="The rest of its definition"
        text={jsonText(typeof description === "string" ? rest : { description, ...rest })}
        wrap
        whole
        untrusted
      />
    </>
  );
}
