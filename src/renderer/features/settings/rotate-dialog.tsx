import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";

interface RotateDialogProps {
  /** The key that was removed just now, and is why it is offered. */
  removed: string | null;
  onConfirm: () => void;
  onClose: () => void;
  /** Where the focus goes when what opened the dialog is gone. */
  focusAfter: () => HTMLElement | null;
}

/** Says what a new data key is for, before every secret gets it. */
export function RotateDialog({ removed, onConfirm, onClose, focusAfter }: RotateDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      returnFocusTo={focusAfter}
      title="Replace the data key?"
      description="Every secret is encrypted anew under a new key. The keys that open the vault stay as they are, and everything works meanwhile."
      footer={
        <>
          <Button onClick={onClose}>{removed === null ? "Cancel" : "Not now"}</Button>
          <Button kind="primary" onClick={onConfirm}>
            Replace data key
          </Button>
        </>
      }
    >
      <p>
        {removed === null
          ? "It makes sense when somebody else may have had a key and the data folder."
          : `“${removed}” no longer opens the vault. Whoever used it may have kept the data key, which then still reads the secrets; a new one ends that.`}
      </p>
    </Dialog>
  );
}
