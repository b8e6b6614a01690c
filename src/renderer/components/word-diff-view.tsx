import { type DiffPart, wordDiff } from "@local-mcp/contract/diff";
import { memo } from "react";
import { classNames } from "./class-names.ts";
import { UntrustedText } from "./untrusted-text.tsx";

interface WordDiffProps {
  title: string;
  before: string;
  after: string;
  /** What the text before and the one after are called. */
  sides: readonly [string, string];
  /** What to say where both are the same. */
  same?: string;
}

/** What a text was and what it is, with the words that differ marked. */
export const WordDiff = memo(function WordDiff({
  title,
  before,
  after,
  sides,
  same,
}: WordDiffProps) {
  const parts = wordDiff(before, after);
  return (
    <section className="space-y-1">
      <h3 className="font-medium">{title}</h3>
      {before === after ? (
        <p className="text-text-2">{same}</p>
      ) : (
        <div className="divide-y divide-border rounded-panel border border-border bg-surface">
          <Side sign="−" name={sides[0]} parts={parts} kind="removed" />
          <Side sign="+" name={sides[1]} parts={parts} kind="added" />
        </div>
      )}
    </section>
  );
});

type Kind = "added" | "removed";

interface SideProps {
  sign: "+" | "−";
  name: string;
  parts: readonly DiffPart[];
  kind: Kind;
}

function Side({ sign, name, parts, kind }: SideProps) {
  return (
    <div className="flex gap-2 px-2 py-1.5">
      <span className="flex w-18 shrink-0 gap-1 text-meta leading-5 text-text-2">
        <span aria-hidden className="w-3 text-center font-mono">
          {sign}
        </span>
        {name}
        <span className="sr-only">: </span>
      </span>
      <p className="min-w-0 break-words whitespace-pre-wrap">
        {parts.some((part) => isOn(part, kind)) ? (
          <DiffWords
            parts={parts}
            kind={kind}
            look={classNames(
              "no-underline forced-colors:underline",
              kind === "added" ? "bg-added" : "bg-removed",
            )}
          />
        ) : (
          <span className="text-text-2">nothing</span>
        )}
      </p>
    </div>
  );
}

const isOn = (part: DiffPart, kind: Kind): boolean => part.kind === "same" || part.kind === kind;

interface DiffWordsProps {
  parts: readonly DiffPart[];
  /** Which side of the difference. */
  kind: Kind;
  /** Classes of the words that differ. */
  look: string;
}

/** One side of two texts, with the words marked that the other has not. */
export function DiffWords({ parts, kind, look }: DiffWordsProps) {
  const Mark = kind === "added" ? "ins" : "del";
  return parts
    .filter((part) => isOn(part, kind))
    .map((part, index) =>
      part.kind === "same" ? (
        // oxlint-disable-next-line react/no-array-index-key -- runs of a text have no other identity
        <UntrustedText key={index} text={part.text} />
      ) : (
        // oxlint-disable-next-line react/no-array-index-key -- runs of a text have no other identity
        <Mark key={index} className={`rounded-chip text-text ${look}`}>
          <UntrustedText text={part.text} />
        </Mark>
      ),
    );
}
