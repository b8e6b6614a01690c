import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { api, client } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { Source } from "../../stores/dialogs.ts";
import { JobProgress } from "./job-progress.tsx";
import { PassphraseForm } from "./passphrase-form.tsx";
import { SourceChoice } from "./source-choice.tsx";
import { useHeadingFocus } from "./use-heading-focus.ts";

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

type At =
  /** A plain file needs no passphrase, and nobody has said yet that it shall be done. */
  | { step: "sure" }
  | { step: "asking"; problem: string | null }
  | { step: "working" }
  | { step: "failed"; error: unknown };

interface RecoverFromProps {
  source: Source;
  onClose: () => void;
}

function RecoverFrom({ source: { id, name }, onClose }: RecoverFromProps) {
  const form = useId();
  const content = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<At>(
    name.endsWith(".age") ? { step: "asking", problem: null } : { step: "sure" },
  );
  useHeadingFocus(content, at.step);
  const recover = async (passphrase?: string): Promise<void> => {
    setAt({ step: "working" });
    try {
      await client.desktop.recover({ backup: id, passphrase });
    } catch (error) {
      const { code, message } = problemOf(error);
      const isAsked = code === "backup_wrong_passphrase" || code === "backup_passphrase_needed";
      const problem = passphrase === undefined ? null : message;
      setAt(isAsked ? { step: "asking", problem } : { step: "failed", error });
    }
  };
  return (
    <Dialog
      open
      staysOpen
      onClose={at.step === "working" ? () => undefined : onClose}
      title="Restore a backup"
      footer={
        at.step === "working" ? (
          <CancelRecovery />
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
        ) : null}
        {at.step === "asking" ? (
          <PassphraseForm
            id={form}
            name={name}
            problem={at.problem}
            onGiven={(passphrase) => void recover(passphrase)}
          />
        ) : null}
        {at.step === "working" ? <Progress /> : null}
        {at.step === "failed" ? (
          <ProblemView what="The backup was not restored." error={at.error} />
        ) : null}
      </div>
    </Dialog>
  );
}

/** How often it is asked how far it is, ms. */
const EVERY_MS = 250;

const useRecoveryJob = () =>
  useQuery(api.desktop.recoveryJob.queryOptions({ staleTime: 0, refetchInterval: EVERY_MS })).data
    ?.job ?? null;

function Progress() {
  const job = useRecoveryJob();
  return job ? <JobProgress job={job} /> : <p role="status">Opening the backup…</p>;
}

function CancelRecovery() {
  const job = useRecoveryJob();
  if (!job?.cancellable) return null;
  // Where it cannot be cancelled any more the next look says so.
  return (
    <Button onClick={() => void client.desktop.cancelRecovery().catch(() => undefined)}>
      Cancel
    </Button>
  );
}
