import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { Source } from "../../stores/dialogs.ts";
import { OpeningView } from "./opening-view.tsx";
import { SourceChoice } from "./source-choice.tsx";
import { useHeadingFocus } from "./use-heading-focus.ts";
import { notOpened, type ToOpen } from "./use-opening.ts";

/**
 * Brings a backup back where the database cannot be opened: which one, its passphrase, and how it
 * goes. Then the app starts, and this is gone with the screen that it lies over.
 */
export function RecoverDialog({ onClose }: { onClose: () => void }) {
  const { data } = useQuery(api.desktop.recovery.queryOptions());
  const [source, setSource] = useState<Source | null>(null);
  return source === null ? (
    <SourceChoice
      backups={data?.backups ?? []}
      description="It takes the place of the database, which is kept for 30 days."
      onChosen={setSource}
      onClose={onClose}
    />
  ) : (
    <RecoverFrom source={source} onClose={onClose} />
  );
}

/** How often it is asked how far it is, ms. */
const EVERY_MS = 250;

interface RecoverFromProps {
  source: Source;
  onClose: () => void;
}

function RecoverFrom({ source: { id, name }, onClose }: RecoverFromProps) {
  const form = useId();
  const content = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<ToOpen | { step: "sure" }>(
    // A plain file needs no passphrase, and nobody has said yet that it shall be done.
    name.endsWith(".age") ? { step: "asking", problem: null } : { step: "sure" },
  );
  const isWorking = at.step === "working";
  const { data } = useQuery(
    api.desktop.recoveryJob.queryOptions({
      enabled: isWorking,
      staleTime: 0,
      refetchInterval: EVERY_MS,
    }),
  );
  const job = data?.job ?? null;
  useHeadingFocus(content, at.step);
  const recover = async (passphrase?: string): Promise<void> => {
    setAt({ step: "working" });
    try {
      await client.desktop.recover({ backup: id, passphrase });
    } catch (error) {
      setAt(notOpened(error, passphrase));
    }
  };
  return (
    <Dialog
      open
      staysOpen
      onClose={isWorking ? () => undefined : onClose}
      title="Restore a backup"
      footer={
        isWorking ? (
          job?.cancellable && (
            // Where it cannot be cancelled any more the next look says so.
            <Button onClick={() => void client.desktop.cancelRecovery().catch(() => undefined)}>
              Cancel
            </Button>
          )
        ) : (
          <>
            <Button onClick={onClose}>{at.step === "failed" ? "Close" : "Cancel"}</Button>
            {at.step === "sure" ? (
              <Button kind="primary" onClick={() => void recover()}>
                Restore backup
              </Button>
            ) : null}
            {at.step === "asking" ? (
              <Button kind="primary" type="submit" form={form}>
                Restore backup
              </Button>
            ) : null}
          </>
        )
      }
    >
      <div ref={content} className="space-y-3">
        {at.step === "sure" ? (
          <p>
            <UntrustedText text={name} /> is not encrypted. It takes the place of the database.
          </p>
        ) : (
          <OpeningView
            at={at}
            job={job}
            form={form}
            name={name}
            failure="The backup was not restored."
            onGiven={(passphrase) => void recover(passphrase)}
          />
        )}
      </div>
    </Dialog>
  );
}
