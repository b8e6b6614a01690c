import type { ExportEstimate, SavedExport } from "@local-mcp/contract";
import { useId } from "react";
import { Button } from "../../components/button.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { sizeText } from "../../components/size.ts";
import { count } from "../../components/time.ts";
import { useAfter } from "../../components/use-after.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { addedText, countsText, KIND_WORDS } from "./transfer-words.ts";

/** What a file would hold, and what it would not. */
export function ExportFacts({ estimate }: { estimate: ExportEstimate }) {
  const { total, counts, bytes, added, notIncluded } = estimate;
  return (
    <section aria-labelledby="export-holds" className="space-y-2">
      <h2 id="export-holds" className="font-medium">
        What the file holds
      </h2>
      <p>{total === 0 ? "Nothing yet." : `${countsText(counts)}, about ${sizeText(bytes)}.`}</p>
      <Added added={added} />
      <NotIncluded notIncluded={notIncluded} />
    </section>
  );
}

/** What comes along because others need it. */
export function Added({ added }: Pick<ExportEstimate, "added">) {
  const text = addedText(added);
  if (text === null) return null;
  return (
    <details>
      <summary>{text}</summary>
      <ul className="list-disc pl-5 text-text-2">
        {added.map(({ kind, name, neededBy }) => (
          <li key={`${kind} ${name}`} className="break-words">
            {KIND_WORDS[kind].one} <UntrustedText text={name} />, needed by{" "}
            <UntrustedText text={neededBy} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What no export holds, and how that is kept. */
export function NotIncluded({ notIncluded }: Pick<SavedExport, "notIncluded">) {
  return (
    <details>
      <summary>What it does not hold</summary>
      <ul className="list-disc pl-5">
        {notIncluded.map(({ what, how }) => (
          <li key={what}>
            {what} <span className="text-text-2">{how}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What is quicker shows nothing, ms. */
const QUIET_MS = 400;

interface ExportUnderWayProps {
  total: number;
  /** Of the file, roughly. */
  bytes: number;
  onCancel: () => void;
}

/** While a file is made; until it is written it can be cancelled. */
export function ExportUnderWay({ total, bytes, onCancel }: ExportUnderWayProps) {
  const label = useId();
  if (!useAfter(QUIET_MS)) return null;
  return (
    <div className="flex items-start gap-3 rounded-panel border border-border bg-surface p-3">
      <div className="min-w-0 flex-1 space-y-2">
        <p id={label} role="status">
          Exporting {count(total, "entry", "entries")}, about {sizeText(bytes)}…
        </p>
        <ProgressBar label={label} percent={null} />
      </div>
      <Button onClick={onCancel}>Cancel export</Button>
    </div>
  );
}
