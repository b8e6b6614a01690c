import type { ConflictStrategy, ImportChange } from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { RadioList } from "../../components/radio-list.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { choicesFor, type ImportWishes, type ShownRow } from "./import-view.ts";
import { NoteList, Pointer } from "./note-list.tsx";
import {
  DONE_WORDS,
  KIND_WORDS,
  secretText,
  STATE_SENTENCES,
  STRATEGY_WORDS,
} from "./transfer-words.ts";
import { setWishes } from "./use-import.ts";

interface ImportDetailProps {
  shown: ShownRow;
  /** Null where there is nothing to choose any more. */
  wishes: ImportWishes | null;
}

/** One entry of a file: what is wrong with it, what can be chosen, and each field that differs. */
export function ImportDetail({ shown: { row, state }, wishes }: ImportDetailProps) {
  const { kind, name, title, pointer, newName, changes, problems, warnings } = row;
  return (
    <div className="space-y-3 p-3">
      <div>
        <h2 className="text-field font-semibold break-words">
          {KIND_WORDS[kind].one} <UntrustedText text={title ?? name} />
        </h2>
        {pointer === "" ? null : (
          <p>
            <Pointer pointer={pointer} />
          </p>
        )}
      </div>
      <p>
        {wishes === null ? DONE_WORDS[row.action].sentence : STATE_SENTENCES[state]}
        {newName === null ? null : (
          <>
            {wishes === null ? " Its name: " : " Its name then: "}
            <UntrustedText text={newName} />
          </>
        )}
      </p>
      {wishes === null ? null : <Choice row={row} wishes={wishes} isLeft={state === "left"} />}
      <NoteList title="Problems" notes={problems} open />
      <NoteList
        title="Warnings"
        notes={warnings.map((message) => ({ pointer: "", message }))}
        open
      />
      {changes.length === 0 ? null : <Changes changes={changes} isNew={state === "create"} />}
    </div>
  );
}

interface ChoiceProps {
  row: ShownRow["row"];
  wishes: ImportWishes;
  isLeft: boolean;
}

/** What becomes of one that is there already. Nothing where that is no question. */
function Choice({ row, wishes, isLeft }: ChoiceProps) {
  const { pointer, exists, action } = row;
  if (!exists || isLeft || pointer === "" || action === "unchanged" || action === "failed")
    return null;
  const chosen = wishes.choices[pointer];
  const choose = (choice: ConflictStrategy): void =>
    setWishes({ choices: { ...wishes.choices, [pointer]: choice } });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <RadioList
        inline
        label="This one"
        value={chosen ?? ""}
        items={choicesFor(row).map((value) => ({ value, ...STRATEGY_WORDS[value] }))}
        onChange={(value) => {
          if (value !== "") choose(value);
        }}
      />
      {chosen === undefined ? null : (
        <Button
          kind="quiet"
          size="toolbar"
          onClick={() => {
            const { [pointer]: _, ...choices } = wishes.choices;
            setWishes({ choices });
          }}
        >
          As for all
        </Button>
      )}
    </div>
  );
}

function Changes({ changes, isNew }: { changes: readonly ImportChange[]; isNew: boolean }) {
  return (
    <div className="overflow-x-auto rounded-panel border border-border bg-surface">
      <table className="w-full text-left">
        <caption className="sr-only">{isNew ? "Its fields" : "Fields that differ"}</caption>
        <thead className="bg-sunken text-meta text-text-2">
          <tr className="h-8">
            <th scope="col" className="px-3 font-medium">
              Field
            </th>
            {isNew ? null : (
              <th scope="col" className="px-3 font-medium">
                Now
              </th>
            )}
            <th scope="col" className="px-3 font-medium">
              {isNew ? "Value" : "Then"}
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-border align-top">
          {changes.map(({ field, before, after, secret }) => (
            <tr key={field}>
              <th scope="row" className="px-3 py-1.5 font-mono text-log font-normal break-all">
                <UntrustedText text={field} />
              </th>
              {secret === null ? (
                <>
                  {isNew ? null : <Value sign="−" look="bg-removed" text={before} />}
                  <Value sign="+" look="bg-added" text={after} />
                </>
              ) : (
                <td colSpan={isNew ? 1 : 2} className="px-3 py-1.5 text-text-2">
                  {secretText(secret)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ValueProps {
  sign: "+" | "−";
  look: string;
  text: string | null;
}

function Value({ sign, look, text }: ValueProps) {
  return (
    <td className="min-w-32 px-3 py-1.5 break-all whitespace-pre-wrap">
      {text === null || text === "" ? (
        <span className="text-text-2">nothing</span>
      ) : (
        <>
          <span aria-hidden className="font-mono text-text-2">
            {sign}{" "}
          </span>
          <span className={`rounded-chip ${look}`}>
            <UntrustedText text={text} />
          </span>
        </>
      )}
    </td>
  );
}
