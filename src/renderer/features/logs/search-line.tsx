import { Button } from "../../components/button.tsx";
import { count } from "../../components/time.ts";
import { useAfter } from "../../components/use-after.ts";
import type { SearchState } from "./log-rows.ts";

/** A search that is quicker is not worth a word, ms. */
const QUIET_MS = 400;

interface SearchLineProps {
  search: SearchState | null;
  /** So many rows so far. */
  found: number;
  onCancel: () => void;
}

/** How far it is to look through messages, where that takes long. */
export function SearchLine({ search, found, onCancel }: SearchLineProps) {
  if (search === null) return null;
  if (search === "searching") return <Searching found={found} onCancel={onCancel} />;
  return (
    <p className="text-text-2">
      {search === "cut"
        ? `These are the newest ${found.toLocaleString()}. Narrow the filter to see others.`
        : `The search was ended; ${count(found, "row was", "rows were")} found.`}
    </p>
  );
}

function Searching({ found, onCancel }: Omit<SearchLineProps, "search">) {
  if (!useAfter(QUIET_MS)) return null;
  return (
    <>
      <p className="text-text-2 tabular-nums">Searching… {found.toLocaleString()} so far</p>
      <Button kind="quiet" size="toolbar" onClick={onCancel}>
        Cancel
      </Button>
    </>
  );
}
