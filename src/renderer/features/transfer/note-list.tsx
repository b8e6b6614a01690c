import type { ImportProblem } from "@local-mcp/contract";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";

/** More of them are said by their number. */
const SHOWN = 50;

interface NoteListProps {
  title: string;
  notes: readonly ImportProblem[];
  open?: boolean;
}

/** Sentences, each with where in the file it is about. Nothing where there are none. */
export function NoteList({ title, notes, open = false }: NoteListProps) {
  if (notes.length === 0) return null;
  const more = notes.length - SHOWN;
  return (
    <details open={open}>
      <summary className="font-medium">
        {title} ({notes.length.toLocaleString()})
      </summary>
      <ul className="max-h-40 list-disc overflow-y-auto pl-5">
        {notes.slice(0, SHOWN).map(({ pointer, message }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- the same may be said twice
          <li key={index} className="break-words">
            <UntrustedText text={message} />
            {pointer === "" ? null : <Pointer pointer={pointer} />}
          </li>
        ))}
        {more > 0 ? <li>and {count(more, "more", "more")}</li> : null}
      </ul>
    </details>
  );
}

/** Where in a file something is. */
export function Pointer({ pointer }: { pointer: string }) {
  return (
    <>
      {" "}
      <code className="text-meta break-all text-text-2">
        <UntrustedText text={pointer} />
      </code>
    </>
  );
}
