import type { BackupView } from "@local-mcp/contract";
import { FileArchive } from "lucide-react";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import type { Source } from "../../stores/dialogs.ts";
import { dayTime, factsText, KIND_WORDS } from "./backup-words.ts";

/** Older ones are on the page. */
const SHOWN = 5;

interface SourceChoiceProps {
  /** Newest first. */
  backups: readonly BackupView[];
  description: string;
  onChosen: (source: Source) => void;
  onClose: () => void;
}

/** The first step of a restore: one of the backups that are there, or a file from elsewhere. */
export function SourceChoice({ backups, description, onChosen, onClose }: SourceChoiceProps) {
  const { error, attempt } = useAttempt();
  const chooseFile = async (): Promise<void> => {
    const given = await client.desktop.chooseBackup();
    if (given) onChosen({ id: given.backup, name: given.name });
  };
  const shown = backups.slice(0, SHOWN);
  return (
    <Dialog
      open
      width="wide"
      onClose={onClose}
      title="Restore from a backup"
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind={backups.length === 0 ? "primary" : "secondary"}
            onClick={() => void attempt(chooseFile)}
          >
            Choose a file…
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        {error === null ? null : <ProblemView what="The file was not taken." error={error} />}
        {backups.length === 0 ? (
          <p className="text-text-2">There is no backup in the folder for backups.</p>
        ) : (
          <Panel>
            {shown.map((backup) => (
              <Row
                key={backup.id}
                icon={
                  <FileArchive
                    aria-hidden
                    size={16}
                    strokeWidth={1.75}
                    className="shrink-0 text-text-2"
                  />
                }
                title={dayTime(backup.createdAt)}
                detail={`${KIND_WORDS[backup.kind]} · ${factsText(backup)}`}
                actions={
                  <Button
                    size="toolbar"
                    aria-label={`Open the backup of ${dayTime(backup.createdAt)}`}
                    onClick={() => onChosen(backup)}
                  >
                    Open
                  </Button>
                }
              />
            ))}
          </Panel>
        )}
      </div>
    </Dialog>
  );
}
