import type { LogRow } from "@local-mcp/contract";
import { MenuAt } from "../../components/menu.tsx";
import { CompareDialog } from "./compare-dialog.tsx";
import { copyEntries } from "./copy-as.tsx";
import type { RowActions } from "./log-grid.tsx";
import { NoteDialog } from "./note-dialog.tsx";
import { ReplayDialog } from "./replay-dialog.tsx";
import { rowEntries } from "./row-menu.ts";

/** What lies above the rows, and which rows it is about. */
export type Above =
  | { kind: "note" | "replay"; row: LogRow }
  | { kind: "compare"; one: LogRow; other: LogRow }
  | { kind: "menu" | "copy"; row: LogRow; at: Element | DOMRect };

interface AboveRowsProps {
  above: Above;
  actions: RowActions;
  /** The filter as a person wrote it. */
  text: string;
  onMarked: (row: LogRow) => void;
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
}

/** The one dialog or menu of a row that is open. */
export function AboveRows({
  above,
  actions,
  text,
  onMarked,
  onClose,
  returnFocusTo,
}: AboveRowsProps) {
  switch (above.kind) {
    case "note":
      return <NoteDialog log={above.row} onSaved={onMarked} onClose={onClose} />;
    case "replay":
      return <ReplayDialog log={above.row} onClose={onClose} />;
    case "compare":
      return <CompareDialog one={above.one} other={above.other} onClose={onClose} />;
    default: {
      const isCopy = above.kind === "copy";
      return (
        <MenuAt
          label={isCopy ? "Copy as" : "Menu of the row"}
          at={above.at}
          entries={isCopy ? copyEntries(above.row) : rowEntries(above.row, text, actions)}
          onClose={onClose}
          returnFocusTo={returnFocusTo}
        />
      );
    }
  }
}
