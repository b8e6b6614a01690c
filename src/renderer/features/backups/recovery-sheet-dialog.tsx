import { Printer } from "lucide-react";
import { useState } from "react";
import { createPortal } from "react-dom";
import { client } from "../../app/api.ts";
import { announce } from "../../app/announce.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { layer } from "../../components/layer.ts";
import { problemLine } from "../../components/problem-view.tsx";

interface RecoverySheetDialogProps {
  passphrase: string;
  onClose: () => void;
}

/**
 * Shows a made passphrase once. It does not go away by a slip: not before somebody says that they
 * have kept it.
 */
export function RecoverySheetDialog({ passphrase, onClose }: RecoverySheetDialogProps) {
  const [isKept, setKept] = useState(false);
  const [isHeld, setHeld] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const leave = (): void => (isKept ? onClose() : setHeld(true));
  const save = async (): Promise<void> => {
    setProblem(null);
    try {
      const saved = await client.desktop.saveRecoverySheet({ passphrase });
      if (saved) announce("Recovery sheet saved.");
    } catch (error) {
      setProblem(problemLine(error));
    }
  };
  return (
    <Dialog
      open
      staysOpen
      onClose={leave}
      title="Passphrase of your backups"
      description="Keep it away from this computer: without it nobody can open a backup elsewhere. It cannot be shown again."
      footer={
        <>
          <CopyButton text={passphrase} label="Copy passphrase">
            Copy
          </CopyButton>
          <Button onClick={() => void save()}>Save…</Button>
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
          aria-label="Passphrase"
          className="rounded-panel bg-sunken px-3 py-4 text-center font-mono text-lead break-words text-text select-all"
        >
          {passphrase}
        </p>
        <Checkbox
          label="I have kept it"
          checked={isKept}
          onChange={(next) => {
            setKept(next);
            setHeld(false);
          }}
        />
        {problem === null ? null : (
          <p role="alert" className="text-meta text-err">
            {problem}
          </p>
        )}
        {isHeld ? (
          <p role="alert" className="text-meta text-err">
            Copy, save or print the passphrase first, then say so above.
          </p>
        ) : null}
      </div>
      <Sheet passphrase={passphrase} />
    </Dialog>
  );
}

const today = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** All that is on the paper (theme.css), and nothing on the screen. */
function Sheet({ passphrase }: { passphrase: string }) {
  if (layer === null) return null;
  return createPortal(
    <div data-print-sheet aria-hidden className="hidden space-y-4 p-12 text-field">
      <p className="text-lead font-semibold">Passphrase of backups of Local MCP Gateway</p>
      <p className="font-mono text-lead break-words">{passphrase}</p>
      <p>Made on {today.format(Date.now())}.</p>
      <p>
        It opens the backups that were made since: in the app under Backups, Restore from a file, or
        with the command “local-mcp-gateway backup restore FILE”.
      </p>
      <p>Whoever has this sheet and a backup can read every secret. Keep it locked away.</p>
    </div>,
    layer,
  );
}
