import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";

interface TokenOnceDialogProps {
  name: string;
  token: string;
  onClose: () => void;
}

/** Shows a new token. It does not go away by a slip: not before it is copied, or said to be. */
export function TokenOnceDialog({ name, token, onClose }: TokenOnceDialogProps) {
  const [isCopied, setCopied] = useState(false);
  const [isHeld, setHeld] = useState(false);
  return (
    <Dialog
      open
      onClose={() => (isCopied ? onClose() : setHeld(true))}
      title={`Access token for “${name}”`}
      description="Copy this token now. It cannot be shown again."
      footer={
        <>
          <Button onClick={onClose}>{isCopied ? "Close" : "I have copied it"}</Button>
          <CopyButton
            text={token}
            label="Copy token"
            kind="primary"
            onCopied={() => setCopied(true)}
          >
            Copy token
          </CopyButton>
        </>
      }
    >
      <div className="space-y-2">
        <CodeBlock label="Access token" text={token} wrap />
        {isHeld && !isCopied ? (
          <p role="alert" className="text-meta text-err">
            Copy the token first, or choose “I have copied it”.
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
