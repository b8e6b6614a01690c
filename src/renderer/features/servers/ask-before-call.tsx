import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { CallArguments } from "./call-form.ts";

interface AskBeforeCallProps {
  name: string;
  /** Why it asks, as a sentence. */
  says: string;
  args: CallArguments;
  onClose: () => void;
  onCall: () => void;
}

/** Asks before a tool runs that does not say it only reads. */
export function AskBeforeCall({ name, says, args, onClose, onCall }: AskBeforeCallProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          Call <UntrustedText text={name} />?
        </>
      }
      description={`${says} Call it with these arguments?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={onCall}>
            Call <UntrustedText text={name} />
          </Button>
        </>
      }
    >
      <CodeBlock label="Arguments" text={JSON.stringify(args, null, 2)} wrap untrusted />
    </Dialog>
  );
}
