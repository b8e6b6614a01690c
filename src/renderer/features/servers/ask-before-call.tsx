import type { ServerCapability } from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { effectOf } from "./annotations.ts";
import type { CallArguments } from "./call-form.ts";

interface AskBeforeCallProps {
  tool: ServerCapability;
  args: CallArguments;
  onClose: () => void;
  onCall: () => void;
}

/** Asks before a tool runs that does not say it only reads. */
export function AskBeforeCall({ tool, args, onClose, onCall }: AskBeforeCallProps) {
  const says =
    effectOf(tool.definition) === "changes"
      ? "It says it changes data."
      : "It does not say that it only reads.";
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          Call <UntrustedText text={tool.name} />?
        </>
      }
      description={`${says} Call it with these arguments?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={onCall}>
            Call <UntrustedText text={tool.name} />
          </Button>
        </>
      }
    >
      <CodeBlock label="Arguments" text={JSON.stringify(args, null, 2)} wrap untrusted />
    </Dialog>
  );
}
