import { useState } from "react";
import { api, client, queryClient } from "../../app/api.ts";
import { announce } from "../../app/announce.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import { KeySheet } from "./key-sheet.tsx";

/** Makes a recovery key and shows it once. It is held here alone and dropped when the dialog closes. */
export function RecoveryKeyDialog({ onClose }: { onClose: () => void }) {
  const [key, setKey] = useState<string | null>(null);
  const { isBusy, error, attempt } = useAttempt();

  const make = async (): Promise<void> => {
    const { status, recoveryKey } = await client.vault.addRecoveryKey({});
    queryClient.setQueryData(api.vault.status.queryKey(), status);
    setKey(recoveryKey);
  };

  if (key !== null) {
    return (
      <SecretOnce
        title="Your recovery key"
        description="Write it down or print it, and keep it away from this computer. It cannot be shown again."
        name="Recovery key"
        secret={key}
        kept="I have written it down"
        reminder="Write the key down first, then say so above. Without it nobody can bring it back."
        sheet={<KeySheet recoveryKey={key} />}
        onKept={() => {
          announce("The recovery key opens the vault now.");
          onClose();
        }}
      />
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a recovery key"
      description="A key on paper, for when the keychain is gone or the passphrase is forgotten. Whoever has it and the data folder can read every secret."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={isBusy} onClick={() => void attempt(make)}>
            Make recovery key
          </Button>
        </>
      }
    >
      {error === null ? null : <ProblemView what="No recovery key was made." error={error} />}
    </Dialog>
  );
}
