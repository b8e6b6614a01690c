import { useCallback, useEffect, useRef, useState } from "react";
import { problemOf } from "../../app/problem.ts";
import { askAfterJob, cancelJob } from "./use-backups.ts";

type NotOpened =
  /** `problem`: of the passphrase before. */
  { step: "asking"; problem: string | null } | { step: "failed"; error: unknown };

/** How far it is with a backup that is not open yet. */
export type ToOpen = { step: "working" } | NotOpened;

type Opening<Result> = ToOpen | { step: "open"; result: Result; passphrase: string | undefined };

/** What a passphrase may mend. */
const ASKS = ["backup_passphrase_needed", "backup_wrong_passphrase"];

/** Why it was not opened: for a passphrase, which is asked for, or for something else. */
export function notOpened(error: unknown, passphrase: string | undefined): NotOpened {
  const { code, message } = problemOf(error);
  if (!ASKS.includes(code)) return { step: "failed", error };
  return { step: "asking", problem: passphrase === undefined ? null : message };
}

/**
 * Opens a backup, first with what the gateway has at hand, then with what a person types. The
 * passphrase stays with the component and goes when it goes; what is under way is then cancelled.
 *
 * @param open reads the backup; the same function as long as it is the same backup
 */
export function useOpening<Result>(open: (passphrase: string | undefined) => Promise<Result>) {
  const [at, setAt] = useState<Opening<Result>>({ step: "working" });
  const isWorking = useRef(false);

  const attempt = useCallback(
    async (passphrase: string | undefined): Promise<void> => {
      setAt({ step: "working" });
      isWorking.current = true;
      const answer = open(passphrase);
      askAfterJob();
      try {
        setAt({ step: "open", result: await answer, passphrase });
      } catch (error) {
        setAt(notOpened(error, passphrase));
      } finally {
        isWorking.current = false;
      }
    },
    [open],
  );

  useEffect(() => {
    let isGone = false;
    // A turn later, so that a page that is drawn twice asks once.
    queueMicrotask(() => {
      if (!isGone) void attempt(undefined);
    });
    return () => {
      isGone = true;
      if (isWorking.current) void cancelJob();
    };
  }, [attempt]);

  /** Once it was used for the last time. */
  const forget = (): void =>
    setAt((now) => (now.step === "open" ? { ...now, passphrase: undefined } : now));
  return { at, attempt, forget };
}
