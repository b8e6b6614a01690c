import { Printer } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { Checkbox } from "./choice.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";

interface SecretOnceProps {
  title: string;
  description: string;
  /** What it is called, as “Passphrase”. */
  name: string;
  secret: string;
  /** What a person says when they have it: “I have kept it”. */
  kept: string;
  /** What is said to somebody who leaves before that. */
  reminder: string;
  /** What else can be done with it. */
  actions?: ReactNode;
  /** Why one of those could not be done. */
  problem?: string | null;
  /** What is printed. */
  sheet: ReactNode;
  /** Somebody has it. */
  onKept: () => void;
}

/**
 * Shows a secret that was made, this once. It does not go away by a slip: not before somebody says
 * that they have it.
 */
export function SecretOnce({
  title,
  description,
  name,
  secret,
  kept,
  reminder,
  actions,
  problem = null,
  sheet,
  onKept,
}: SecretOnceProps) {
  const [isKept, setKept] = useState(false);
  const [isHeld, setHeld] = useState(false);
  const leave = (): void => (isKept ? onKept() : setHeld(true));
  return (
    <Dialog
      open
      staysOpen
      onClose={leave}
      title={title}
      description={description}
      footer={
        <>
          <CopyButton text={secret} label={`Copy ${name.toLowerCase()}`}>
            Copy
          </CopyButton>
          {actions}
          <Button icon={Printer} onClick={() => window.print()}>
            Print…
          </Button>
          <Button kind="primary" aria-disabled={!isKept} onClick={leave}>
            Done
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p
          role="group"
          aria-label={name}
          className="rounded-panel bg-sunken px-3 py-4 text-center font-mono text-lead break-words text-text select-all"
        >
          {secret}
        </p>
        <Checkbox
          label={kept}
          checked={isKept}
          onChange={(next) => {
            setKept(next);
            setHeld(false);
          }}
        />
        {problem === null ? null : <Alert text={problem} />}
        {isHeld ? <Alert text={reminder} /> : null}
      </div>
      {sheet}
    </Dialog>
  );
}

function Alert({ text }: { text: string }) {
  return (
    <p role="alert" className="text-meta text-err">
      {text}
    </p>
  );
}
