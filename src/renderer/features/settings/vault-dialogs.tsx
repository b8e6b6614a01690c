import type { VaultStatus } from "@local-mcp/contract";
import { ForgetSecretsDialog } from "./forget-secrets-dialog.tsx";
import { PassphraseDialog, type PassphraseTask } from "./passphrase-dialog.tsx";
import { RecoveryKeyDialog } from "./recovery-key-dialog.tsx";
import { RemoveKeyDialog } from "./remove-key-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";
import type { Slot } from "./vault-words.ts";

/** What lies above the vault's page. */
export type VaultDialog =
  | { kind: "passphrase"; task: PassphraseTask; slot?: Slot }
  | { kind: "recovery" }
  | { kind: "remove"; slot: Slot }
  /** With the key that was removed just now, where that is why it is offered. */
  | { kind: "rotate"; removed: string | null }
  | { kind: "forget" };

interface VaultDialogsProps {
  dialog: VaultDialog | null;
  vault: VaultStatus;
  onDialog: (dialog: VaultDialog | null) => void;
  onRotate: () => void;
  /** Where the focus goes when what opened a dialog is gone. */
  focusAfter: () => HTMLElement | null;
}

/** The dialog that is open, if any. */
export function VaultDialogs({ dialog, vault, onDialog, onRotate, focusAfter }: VaultDialogsProps) {
  const close = (): void => onDialog(null);
  switch (dialog?.kind) {
    case "passphrase":
      return (
        <PassphraseDialog
          task={dialog.task}
          slot={dialog.slot}
          onClose={close}
          focusAfter={focusAfter}
        />
      );
    case "recovery":
      return <RecoveryKeyDialog onClose={close} />;
    case "remove":
      return (
        <RemoveKeyDialog
          slot={dialog.slot}
          onClose={close}
          onRemoved={() => onDialog({ kind: "rotate", removed: dialog.slot.label })}
          focusAfter={focusAfter}
        />
      );
    case "rotate":
      return (
        <RotateDialog
          removed={dialog.removed}
          onClose={close}
          onConfirm={() => {
            onRotate();
            close();
          }}
          focusAfter={dialog.removed === null ? () => null : focusAfter}
        />
      );
    case "forget":
      return (
        <ForgetSecretsDialog secrets={vault.secrets} onClose={close} focusAfter={focusAfter} />
      );
    default:
      return null;
  }
}
