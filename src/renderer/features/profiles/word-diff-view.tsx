import { classNames } from "../../components/class-names.ts";
import type { DiffPart } from "../../components/sequence-diff.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { wordDiff } from "./word-diff.ts";

interface WordDiffProps {
  title: string;
  before: string;
  after: string;
}

/** What a text was and what it is, with the words that differ marked. */
export function WordDiff({ title, before, after }: WordDiffProps) {
  const parts = wordDiff(before, after);
  return (
    <section className="space-y-1">
      <h3 className="font-medium">{title}</h3>
      {before === after ? (
        <p className="text-text-2">As its server says.</p>
      ) : (
        <div className="divide-y divide-border rounded-panel border border-border bg-surface">
          <Side sign="−" name="Original" parts={parts} kind="removed" />
          <Side sign="+" name="Yours" parts={parts} kind="added" />
        </div>
      )}
    </section>
  );
}

interface SideProps {
  sign: "+" | "−";
  name: string;
  parts: readonly DiffPart[];
  kind: "added" | "removed";
}

function Side({ sign, name, parts, kind }: SideProps) {
  const Mark = kind === "added" ? "ins" : "del";
  const own = parts.filter((part) => part.kind === "same" || part.kind === kind);
  return (
    <div className="flex gap-2 px-2 py-1.5">
      <span aria-hidden className="w-3 shrink-0 text-center font-mono text-text-2">
        {sign}
      </span>
      <p className="min-w-0 break-words whitespace-pre-wrap">
        <span className="sr-only">{name}: </span>
        {own.length === 0 ? <span className="text-text-2">nothing</span> : null}
        {own.map((part, index) =>
          part.kind === "same" ? (
            // oxlint-disable-next-line react/no-array-index-key -- runs of a text have no other identity
            <UntrustedText key={index} text={part.text} />
          ) : (
            <Mark
              // oxlint-disable-next-line react/no-array-index-key -- runs of a text have no other identity
              key={index}
              className={classNames(
                "rounded-chip text-text no-underline",
                kind === "added" ? "bg-added" : "bg-removed",
              )}
            >
              <UntrustedText text={part.text} />
            </Mark>
          ),
        )}
      </p>
    </div>
  );
}
