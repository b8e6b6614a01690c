import { Checkbox } from "../../components/choice.tsx";
import { classNames } from "../../components/class-names.ts";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { ShownRow } from "./import-view.ts";
import { DONE_WORDS, KIND_WORDS, type RowState, STATE_WORDS } from "./transfer-words.ts";

/** Colour belongs to what needs a person. */
const COLOURS: Partial<Record<RowState, string>> = {
  ask: "text-warn",
  failed: "text-err",
  conflict: "text-err",
};

interface ImportRowLineProps {
  shown: ShownRow;
  /** Absent where there is nothing to choose any more. */
  ticked?: boolean;
  onTick?: () => void;
}

/** One entry of a file in a list: what it is, and what becomes of it. */
export function ImportRowLine({ shown: { row, state }, ticked, onTick }: ImportRowLineProps) {
  const { kind, name, newName, changes, problems, warnings } = row;
  const { sign } = STATE_WORDS[state];
  const { word } = onTick === undefined ? DONE_WORDS[row.action] : STATE_WORDS[state];
  const facts = [
    KIND_WORDS[kind].one,
    word,
    state === "update" || state === "ask" ? count(changes.length, "field") : null,
    problems.length > 0 ? count(problems.length, "problem") : null,
    warnings.length > 0 ? count(warnings.length, "warning") : null,
  ];
  return (
    <div role="presentation" className="flex h-full items-center gap-2 px-2">
      {ticked === undefined || onTick === undefined ? null : (
        <span role="gridcell" className="flex">
          <Checkbox
            label={`${KIND_WORDS[kind].one} ${name}`}
            hideLabel
            tabIndex={-1}
            checked={ticked}
            onChange={onTick}
          />
        </span>
      )}
      <span
        aria-hidden
        className={classNames(
          "w-4 shrink-0 text-center font-mono",
          COLOURS[state] ?? "text-text-2",
        )}
      >
        {sign}
      </span>
      <span role={onTick ? "gridcell" : undefined} className="min-w-0 flex-1">
        <span className="block truncate" title={name}>
          <code className="text-text">
            <UntrustedText text={name} />
          </code>
          {newName === null ? null : (
            <>
              {" → "}
              <code className="text-text">
                <UntrustedText text={newName} />
              </code>
            </>
          )}
        </span>
        <span className={classNames("block truncate text-meta", COLOURS[state] ?? "text-text-2")}>
          {facts.filter((fact) => fact !== null).join(" · ")}
        </span>
      </span>
    </div>
  );
}
