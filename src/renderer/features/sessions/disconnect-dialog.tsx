import type { SessionView } from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { disconnectText } from "./session-words.ts";

interface DisconnectDialogProps {
  session: SessionView;
  isEnding: boolean;
  error: unknown;
  onClose: () => void;
  onEnd: () => void;
  /** Where the focus goes once the row is gone. */
  focusAfter: () => HTMLElement | null;
}

/** Says what is cancelled before a client that is busy is cut off. */
export function DisconnectDialog({
  session,
  isEnding,
  error,
  onClose,
  onEnd,
  focusAfter,
}: DisconnectDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Disconnect “${session.client}”?`}
      returnFocusTo={focusAfter}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" disabled={isEnding} onClick={onEnd}>
            Disconnect
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p>{disconnectText(session)}</p>
        {error ? (
          <ProblemView what={`“${session.client}” was not disconnected.`} error={error} />
        ) : null}
      </div>
    </Dialog>
  );
}
