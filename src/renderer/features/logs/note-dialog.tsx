import type { LogRow } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextArea } from "../../components/field.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { useAttempt } from "../../components/use-attempt.ts";

const LONGEST = 2000;

interface NoteDialogProps {
  log: Pick<LogRow, "id">;
  onSaved: (row: LogRow) => void;
  onClose: () => void;
}

/** What a person wants to remember of a row. */
export function NoteDialog({ log: { id }, onSaved, onClose }: NoteDialogProps) {
  const { data, error: unread } = useQuery(
    api.logs.get.queryOptions({ input: { id }, staleTime: 0, gcTime: 0 }),
  );
  /** Null until something was typed. */
  const [typed, setTyped] = useState<string | null>(null);
  const { isBusy, error, attempt } = useAttempt();
  const note = data?.note ?? "";
  const text = typed ?? note;
  const save = (): void =>
    void attempt(async () => {
      onSaved(await client.logs.mark({ id, note: text.trim() === "" ? null : text.trim() }));
      await queryClient.invalidateQueries({ queryKey: api.logs.get.key() });
      announce(text.trim() === "" ? "Note removed." : "Note saved.");
      onClose();
    });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Note"
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={isBusy || !data || text === note} onClick={save}>
            Save note
          </Button>
        </>
      }
    >
      {unread ? <ProblemView what="It could not be read." error={unread} /> : null}
      <TextArea
        label="Note"
        hint="It is kept with the row. Rows with a note are found with note:yes."
        error={error ? problemLine(error) : null}
        maxLength={LONGEST}
        rows={5}
        readOnly={!data}
        value={text}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
        }}
      />
    </Dialog>
  );
}
