import { COMMANDS } from "../../app/commands.ts";
import { shortcutText } from "../../app/keys.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";

const IN_A_LIST: { keys: string; title: string }[] = [
  { keys: "↑ ↓ Home End", title: "Move" },
  { keys: "Enter", title: "Open" },
  { keys: "Space", title: "Turn on or off" },
  { keys: "Delete", title: "Delete, after a question" },
  { keys: "Shift+F10", title: "Menu of the row" },
  { keys: "Alt+↑ Alt+↓", title: "Move a server up or down in its profile" },
];

const IN_THE_LOGS: { keys: string; title: string }[] = [
  { keys: "Enter", title: "Show details" },
  { keys: "Space", title: "Pause, or go on" },
  { keys: "End", title: "Go to the newest and follow" },
  { keys: "P", title: "Pin" },
  { keys: "N", title: "Note" },
  { keys: "R", title: "Replay a tool call" },
  { keys: "C", title: "Copy as" },
  { keys: "Shift+↑ Shift+↓, then D", title: "Compare two" },
];

/** Every key, from the same table that the keys are taken from. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const everywhere = COMMANDS.filter(({ shortcuts }) => shortcuts.length > 0).map(
    ({ title, shortcuts }) => ({ title, keys: shortcuts.map(shortcutText).join(" or ") }),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keyboard shortcuts"
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <Table title="Everywhere" rows={everywhere} />
      <Table title="In a focused list" rows={IN_A_LIST} />
      <Table title="In the rows of the debug logs" rows={IN_THE_LOGS} />
    </Dialog>
  );
}

function Table({ title, rows }: { title: string; rows: { keys: string; title: string }[] }) {
  return (
    <table className="mb-4 w-full">
      <caption className="pb-1 text-left font-semibold">{title}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">What it does</th>
          <th scope="col">Keys</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.title} className="h-7 border-t border-border">
            <td>{row.title}</td>
            <td className="text-right text-text-2">
              <kbd>{row.keys}</kbd>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
