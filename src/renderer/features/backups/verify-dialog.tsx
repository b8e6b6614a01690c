import type { BackupReport, BackupView } from "@local-mcp/contract";
import { CircleCheck } from "lucide-react";
import { useCallback, useId, useRef, useState } from "react";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import { sizeText } from "../../components/size.ts";
import { BackupContentsList } from "./backup-contents.tsx";
import { dayTime } from "./backup-words.ts";
import { OpeningView } from "./opening-view.tsx";
import { askAfterJob, useJob } from "./use-backups.ts";
import { useHeadingFocus } from "./use-heading-focus.ts";
import { useOpening } from "./use-opening.ts";

interface VerifyDialogProps {
  backup: BackupView;
  onClose: () => void;
}

/** Reads all of a backup and says what is in it; on request it is tried out as well. */
export function VerifyDialog({ backup: { id, name, createdAt }, onClose }: VerifyDialogProps) {
  const form = useId();
  const verify = useCallback(
    (passphrase: string | undefined) => client.backups.verify({ backup: id, passphrase }),
    [id],
  );
  const { at, attempt } = useOpening(verify);
  const job = useJob();
  const content = useRef<HTMLDivElement>(null);
  useHeadingFocus(content, at.step);
  return (
    <Dialog
      open
      width="wide"
      onClose={onClose}
      title={`Backup of ${dayTime(createdAt)}`}
      footer={
        <>
          <Button onClick={onClose}>{at.step === "working" ? "Cancel" : "Close"}</Button>
          {at.step === "asking" ? (
            <Button kind="primary" type="submit" form={form}>
              Verify backup
            </Button>
          ) : null}
        </>
      }
    >
      <div ref={content} className="space-y-3">
        {at.step === "open" ? (
          <Report
            report={at.result}
            drill={() =>
              client.backups.verify({ backup: id, passphrase: at.passphrase, drill: true })
            }
          />
        ) : (
          <OpeningView
            at={at}
            job={job}
            form={form}
            name={name}
            failure="The backup is not good."
            onGiven={(given) => void attempt(given)}
          />
        )}
      </div>
    </Dialog>
  );
}

interface ReportProps {
  report: BackupReport;
  /** Restores it into a scratch directory and tries it there. */
  drill: () => Promise<BackupReport>;
}

function Report({ report, drill }: ReportProps) {
  const [found, setFound] = useState<string[] | null>(null);
  const { isBusy, error, attempt } = useAttempt();
  const tryOut = async (): Promise<void> => {
    const answer = drill();
    askAfterJob();
    setFound((await answer).drill ?? []);
  };
  return (
    <>
      <p role="status" className="flex items-center gap-1.5">
        <CircleCheck aria-hidden size={16} strokeWidth={1.75} className="text-ok" />
        All of it was read and is whole: {sizeText(report.bytes)}.
      </p>
      <BackupContentsList contents={report.contents} verified={report.verified} />
      {found === null ? (
        <Button disabled={isBusy} onClick={() => void attempt(tryOut)}>
          {isBusy ? "Trying it out…" : "Try it out in a scratch folder"}
        </Button>
      ) : (
        <ul role="status" aria-label="What trying it out found" className="list-disc pl-5">
          {found.map((line) => (
            <li key={line}>
              <UntrustedText text={line} />
            </li>
          ))}
        </ul>
      )}
      {error === null ? null : (
        <p role="alert" className="text-err">
          {problemLine(error)}
        </p>
      )}
    </>
  );
}
