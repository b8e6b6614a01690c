import { createPortal } from "react-dom";
import { client } from "../../app/api.ts";
import { announce } from "../../app/announce.ts";
import { Button } from "../../components/button.tsx";
import { layer } from "../../components/layer.ts";
import { problemLine } from "../../components/problem-view.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { useAttempt } from "../../components/use-attempt.ts";

interface RecoverySheetDialogProps {
  passphrase: string;
  onClose: () => void;
}

/** Shows a passphrase that was made, this once. */
export function RecoverySheetDialog({ passphrase, onClose }: RecoverySheetDialogProps) {
  const { error, attempt } = useAttempt();
  const save = async (): Promise<void> => {
    const saved = await client.desktop.saveRecoverySheet({ passphrase });
    if (saved) announce("Recovery sheet saved.");
  };
  return (
    <SecretOnce
      title="Passphrase of your backups"
      description="Keep it away from this computer: without it nobody can open a backup elsewhere. It cannot be shown again."
      name="Passphrase"
      secret={passphrase}
      kept="I have kept it"
      reminder="Copy, save or print the passphrase first, then say so above."
      actions={<Button onClick={() => void attempt(save)}>Save…</Button>}
      problem={error === null ? null : problemLine(error)}
      sheet={<Sheet passphrase={passphrase} />}
      onKept={onClose}
    />
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
