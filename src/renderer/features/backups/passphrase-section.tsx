import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { clockTime } from "../../components/time.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { readBackups, useBackups } from "./use-backups.ts";

/** The passphrase that automatic backups are encrypted with, among the settings. */
export function BackupPassphraseSection() {
  const { data } = useBackups();
  const forget = useMutation(
    api.backups.keepPassphrase.mutationOptions({
      onSuccess: () => {
        announce("The passphrase for automatic backups is forgotten.");
        readBackups();
      },
    }),
  );
  const kept = data?.schedule.passphrase;
  return (
    <Section
      title="Backups"
      actions={
        <a href={`#${routeTo("backups")}`} className="inline-flex items-center">
          Show backups
        </a>
      }
    >
      <Panel>
        <Row
          icon={
            <KeyRound aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
          }
          title={
            kept?.set
              ? "A passphrase is kept for automatic backups"
              : "No passphrase is kept for automatic backups"
          }
          detail={
            kept?.set
              ? `In the vault${kept.since === null ? "" : `, since ${clockTime(kept.since)}`}. Backups from before need the one that they were made with.`
              : "Without one none is made."
          }
          actions={
            <>
              <Button size="toolbar" onClick={() => openDialog({ type: "keep_passphrase" })}>
                {kept?.set ? "Replace…" : "Keep one…"}
              </Button>
              {kept?.set ? (
                <Button
                  kind="quiet"
                  size="toolbar"
                  disabled={forget.isPending}
                  onClick={() => forget.mutate({ passphrase: null })}
                >
                  Forget
                </Button>
              ) : null}
            </>
          }
        />
      </Panel>
      {forget.error ? (
        <p role="alert" className="text-meta text-err">
          {problemLine(forget.error)}
        </p>
      ) : null}
    </Section>
  );
}
