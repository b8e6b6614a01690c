import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { keepLogState } from "./uncapped.ts";

const MINUTES = 60;

/** Asks before whole messages are recorded for a while. */
export function UncapDialog({ onClose }: { onClose: () => void }) {
  const uncap = useMutation(
    api.logs.uncap.mutationOptions({
      onSuccess: (state) => {
        keepLogState(state);
        announce(`Whole messages are recorded for ${MINUTES} minutes.`);
        onClose();
      },
    }),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Record whole messages for ${MINUTES} min?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={uncap.isPending}
            onClick={() => uncap.mutate({ minutes: MINUTES })}
          >
            Record whole messages
          </Button>
        </>
      }
    >
      <div className="space-y-2">
        <p>
          Messages are kept however long they are, files and pictures in them too. They take far
          more space, and older debug logs are removed sooner for it.
        </p>
        <p>
          Secrets that the gateway knows are removed as ever. After {MINUTES} minutes it ends by
          itself; until then the sidebar says so.
        </p>
        {uncap.error ? (
          <p role="alert" className="text-err">
            {problemLine(uncap.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
