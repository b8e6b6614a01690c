import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { RadioList } from "../../components/radio-list.tsx";
import { count } from "../../components/time.ts";
import { rowsText } from "./recording-words.ts";
import { useCount } from "./use-count.ts";

interface ClearDialogProps {
  /** Of the page; empty for everything. */
  filter: string;
  onClose: () => void;
}

/** Asks before debug logs are removed for good, all of them or those that match the filter. */
export function ClearDialog({ filter, onClose }: ClearDialogProps) {
  const [what, setWhat] = useState<"shown" | "all">(filter === "" ? "all" : "shown");
  const removed = what === "all" ? "" : filter;
  const all = useCount("");
  const shown = useCount(filter);
  const { rows: counted, isCounting } = what === "all" ? all : shown;
  const pinned = useCount(`${removed} pinned:yes`.trim());
  const clear = useMutation({
    mutationFn: () => client.logs.clear({ filter: removed }),
    onSuccess: async ({ rows }) => {
      await queryClient.invalidateQueries({ queryKey: api.logs.key() });
      announce(`${count(rows, "debug log")} removed.`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Clear debug logs?"
      footer={
        <>
          <Button onClick={onClose}>{clear.isPending ? "Close" : "Cancel"}</Button>
          <Button
            kind="danger"
            disabled={clear.isPending || isCounting || counted === 0}
            onClick={() => clear.mutate()}
          >
            Clear debug logs
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        {filter === "" ? null : (
          <RadioList
            label="What is removed"
            value={what}
            items={[
              {
                value: "shown",
                label: `What matches the filter${inBrackets(shown.rows)}`,
                hint: "Also what the gateway asked servers for it, where that matches.",
              },
              { value: "all", label: `Everything${inBrackets(all.rows)}` },
            ]}
            disabled={clear.isPending}
            onChange={setWhat}
          />
        )}
        {isCounting ? (
          <p role="status" className="text-text-2">
            Counting what is removed…
          </p>
        ) : (
          <p>
            {counted === 0
              ? "There is nothing to remove."
              : `${removedText(counted, removed)} ${pinnedText(pinned.rows)} It cannot be undone.`}
          </p>
        )}
        {clear.isPending ? (
          <p role="status" className="text-text-2">
            Removing… It goes on when you close this.
          </p>
        ) : null}
        {clear.error ? (
          <p role="alert" className="text-err">
            {problemLine(clear.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

const inBrackets = (rows: number | undefined): string =>
  rows === undefined ? "" : ` (${rows.toLocaleString()})`;

function removedText(rows: number | undefined, filter: string): string {
  const text = rowsText(rows, filter);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${rows === 1 ? "is" : "are"} removed from the disk.`;
}

/** Pinned ones outlive everything else, so they are named. */
function pinnedText(pinned: number | undefined): string {
  if (pinned === undefined) return "Pinned ones go as well.";
  if (pinned === 0) return "None of them is pinned.";
  return `${count(pinned, "pinned one goes", "pinned ones go")} as well.`;
}
