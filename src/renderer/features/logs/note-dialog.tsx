import type { LogRow } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextArea } from "../../components/field.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { useAttempt } from "../../components/use-attempt.ts";

const LONGEST = 2000;

interface NoteDialogProps {
  log: Pick<LogRow, "id">;
  onSaved: (row: LogRow) => void;
  onClose: () => void;
}

/** What a person wants to remember of a row. */
export function NoteDialog({ log: { id }, onSaved, onClose }: NoteDialogProps) {
  const { data, error } = useQuery(api.logs.get.queryOptions({ input: { id }, staleTime: 0 }));
  if (data) return <Note id={id} note={data.note ?? ""} onSaved={onSaved} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="Note" footer={<Button onClick={onClose}>Close</Button>}>
      {error ? (
        <ProblemView what="It could not be read." error={error} />
      ) : (
        <SkeletonRows rows={1} label="Reading the note" />
      )}
    </Dialog>
  );
}

interface NoteProps extends Omit<NoteDialogProps, "log"> {
  id: number;
  note: string;
}

function Note({ id, note, onSaved, onClose }: NoteProps) {
  const [text, setText] = useState(note);
  const { isBusy, error, attempt } = useAttempt();
  const save = (): void =>
    void attempt(async () => {
      onSaved(await client.logs.mark({ id, note: text.trim() === "" ? null : text.trim() }));
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
          <Button kind="primary" disabled={isBusy || text === note} onClick={save}>
            Save note
          </Button>
        </>
      }
    >
      <TextArea
        label="Note"
        hint="It is kept with the row. Rows with a note are found with note:yes."
        error={error ? problemLine(error) : null}
        maxLength={LONGEST}
        rows={5}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
        }}
      />
    </Dialog>
  );
}
