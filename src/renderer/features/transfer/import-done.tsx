import type { ImportReport } from "@local-mcp/contract";
import { useState } from "react";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { RowList } from "../../components/row-list.tsx";
import { SplitView } from "../../components/split-view.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { ImportDetail } from "./import-detail.tsx";
import { ImportFrame } from "./import-page.tsx";
import { ImportRowLine } from "./import-row-line.tsx";
import { keyOf, reportText, type ShownRow } from "./import-view.ts";
import { NoteList } from "./note-list.tsx";
import { doneText, writtenOf } from "./transfer-words.ts";
import { UndoImport } from "./undo-import.tsx";
import { startOver } from "./use-import.ts";

const keyOfShown = ({ row }: ShownRow): string => keyOf(row);

/** The last step: what was done with each entry, and how it is taken back. */
export function ImportDone({ report }: { report: ImportReport }) {
  const { job, rows, unconfirmed } = report;
  const shown = rows.map((row): ShownRow => ({ row, state: row.action }));
  const [active, setActive] = useState<string | null>(null);
  const chosen = shown.find((one) => keyOfShown(one) === active) ?? shown[0];
  const { name } = job;
  return (
    <ImportFrame
      title={writtenOf(job.counts) === 0 ? "Nothing was imported" : "Imported"}
      scrolls="content"
      actions={
        <>
          <CopyButton text={reportText(report)} label="Copy report">
            Copy report
          </CopyButton>
          <UndoImport backup={job.backup} of={name} />
          <Button onClick={startOver}>Import more…</Button>
          <Button kind="primary" onClick={() => navigate(routeTo("transfer"))}>
            Done
          </Button>
        </>
      }
    >
      <div className="relative flex min-h-0 flex-1 flex-col overflow-y-auto">
        <div className="space-y-3 p-4 pb-2">
          <p>
            {doneText(job.counts)}{" "}
            <span className="text-text-2">
              From <UntrustedText text={name} />.
            </span>
          </p>
          {unconfirmed.length > 0 ? (
            <Banner
              level="warn"
              title={`${count(unconfirmed.length, "server")} ${unconfirmed.length === 1 ? "was" : "were"} not started yet.`}
              actions={
                <Button onClick={() => openDialog({ type: "review", servers: unconfirmed })}>
                  Review {unconfirmed.length === 1 ? "command" : "commands"}…
                </Button>
              }
            >
              <p>Somebody reads a command before it runs for the first time.</p>
            </Banner>
          ) : null}
          <NoteList
            title="To be known"
            notes={job.warnings.map((message) => ({ pointer: "", message }))}
          />
        </div>
        <div className="min-h-80 flex-1 px-2 pb-2">
          <SplitView
            name="import"
            chosen={chosen === undefined ? "" : keyOfShown(chosen)}
            list={
              <RowList
                kind="listbox"
                label="What was done"
                rowHeight={52}
                items={shown}
                keyOf={keyOfShown}
                textOf={({ row }) => row.name}
                active={chosen === undefined ? null : keyOfShown(chosen)}
                onActive={(one) => setActive(keyOfShown(one))}
              >
                {(one) => <ImportRowLine shown={one} />}
              </RowList>
            }
            detail={chosen === undefined ? null : <ImportDetail shown={chosen} wishes={null} />}
          />
        </div>
      </div>
    </ImportFrame>
  );
}
