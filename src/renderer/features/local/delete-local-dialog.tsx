import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { LocalItem } from "./local-item.ts";

interface DeleteLocalDialogProps {
  item: LocalItem;
  /** “tool”. */
  one: string;
  /** What goes with it: “Its configuration and the secrets stored for it are deleted.” */
  loses: string;
  remove: () => Promise<unknown>;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before something of the gateway's own goes, and says who loses it. */
export function DeleteLocalDialog(props: DeleteLocalDialogProps) {
  const { item, one, loses, remove, onClose, onDeleted } = props;
  const { name, profiles } = item;
  const deletion = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      announce(`${name} was deleted.`);
      onDeleted();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          Delete “<UntrustedText text={name} />
          ”?
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" disabled={deletion.isPending} onClick={() => deletion.mutate()}>
            Delete {one}
          </Button>
        </>
      }
    >
      <div className="space-y-2">
        <p>
          {profiles.length > 0
            ? `It leaves ${listed(profiles)}; clients there lose it.`
            : "It is in no profile, so no client loses anything."}
        </p>
        <p>{loses}</p>
        {deletion.error ? (
          <p role="alert" className="text-err">
            {problemLine(deletion.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
