import type { LogNameKey, LogRow } from "@local-mcp/contract";
import type { MenuEntry } from "../../components/menu.tsx";
import { copyEntries } from "./copy-as.tsx";
import type { RowActions } from "./log-grid.tsx";
import { canReplay } from "./log-words.ts";
import { narrowed, showRows } from "./narrow.ts";

/** What can be done with a row. @param text the filter as a person wrote it */
export function rowEntries(row: LogRow, text: string, actions: RowActions): MenuEntry[] {
  const only = (label: string, key: LogNameKey, value: string | null): MenuEntry[] =>
    value === null ? [] : [{ label, run: () => showRows(narrowed(text, key, value)) }];
  return [
    { label: "Show details", shortcut: "Enter", run: () => actions.open(row) },
    {
      label: "Show the whole exchange",
      run: () => showRows(narrowed("", "linked", row.correlation)),
    },
    ...only("Only this tool", "tool", row.name),
    ...only("Only this server", "server", row.server),
    ...only("Only this client", "client", row.client),
    ...only("Only this session", "session", row.session),
    "separator",
    { label: row.pinned ? "Unpin" : "Pin", shortcut: "P", run: () => actions.pin(row) },
    {
      label: row.hasNote ? "Edit note…" : "Add note…",
      shortcut: "N",
      run: () => actions.note(row),
    },
    {
      label: "Replay…",
      shortcut: "R",
      disabled: canReplay(row) ? false : "Only tool calls",
      run: () => actions.replay(row),
    },
    "separator",
    ...copyEntries(row).map((entry) =>
      entry === "separator" ? entry : { ...entry, label: `Copy as ${entry.label}` },
    ),
  ];
}
