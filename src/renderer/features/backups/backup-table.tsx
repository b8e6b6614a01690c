import type { BackupView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Menu } from "../../components/menu.tsx";
import { Panel } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { type Column, TableHead } from "../../components/table-head.tsx";
import { exactTime } from "../../components/time.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { pageHeading } from "../profiles/focus.ts";
import { rowBeside, rowKeys } from "../profiles/row-keys.ts";
import { sizeText } from "../../components/size.ts";
import { countsText, dayTime, KIND_WORDS, STATE_LOOKS } from "./backup-words.ts";
import { DeleteBackupDialog } from "./delete-backup-dialog.tsx";
import { VerifyDialog } from "./verify-dialog.tsx";

const COLUMNS: Column[] = [
  { title: "Made", look: "w-full" },
  { title: "Kind" },
  { title: "Size", look: "text-right" },
  { title: "Holds", look: "max-rail:hidden" },
  { title: "State" },
];

interface BackupTableProps {
  backups: BackupView[];
  /** A backup or restore is under way. */
  isBusy: boolean;
}

/** Every backup that is there, newest first. */
export function BackupTable({ backups, isBusy }: BackupTableProps) {
  // By its id: another one may come into the list while a dialog asks about this one.
  const [asked, setAsked] = useState<{ to: "verify" | "delete"; id: string } | null>(null);
  const list = useRef<HTMLTableSectionElement>(null);
  const beside = useRef<HTMLElement | null>(null);
  const save = useMutation(
    api.desktop.saveBackup.mutationOptions({
      onSuccess: (saved) => {
        if (saved) announce(`Saved as ${saved.name}.`);
      },
    }),
  );
  const show = useMutation(api.desktop.showBackup.mutationOptions());
  const error = save.error ?? show.error;
  const index = backups.findIndex(({ id }) => id === asked?.id);
  const backup = backups[index];
  const close = (): void => setAsked(null);
  return (
    <>
      <Panel className="overflow-x-auto">
        <table className="w-full text-left">
          <TableHead columns={COLUMNS} />
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it */}
          <tbody
            ref={list}
            className="divide-y divide-border"
            onKeyDown={rowKeys((at) => {
              const id = backups[at]?.id;
              if (id !== undefined) setAsked({ to: "delete", id });
            })}
          >
            {backups.map((one) => (
              <BackupRow
                key={one.id}
                backup={one}
                isBusy={isBusy}
                onVerify={() => setAsked({ to: "verify", id: one.id })}
                onDelete={() => setAsked({ to: "delete", id: one.id })}
                onSave={() => save.mutate({ backup: one.id })}
                onShow={() => show.mutate({ backup: one.id })}
              />
            ))}
          </tbody>
        </table>
      </Panel>
      {error ? (
        <p role="alert" className="text-err">
          {problemLine(error)}
        </p>
      ) : null}
      {asked?.to === "verify" && backup ? <VerifyDialog backup={backup} onClose={close} /> : null}
      {asked?.to === "delete" && backup ? (
        <DeleteBackupDialog
          backup={backup}
          onClose={close}
          onDeleting={() => {
            beside.current = rowBeside(list.current, index);
          }}
          focusAfter={() => beside.current ?? pageHeading()}
        />
      ) : null}
    </>
  );
}

interface BackupRowProps {
  backup: BackupView;
  isBusy: boolean;
  onVerify: () => void;
  onDelete: () => void;
  onSave: () => void;
  onShow: () => void;
}

function BackupRow({ backup, isBusy, onVerify, onDelete, onSave, onShow }: BackupRowProps) {
  const { id, name, createdAt, kind, bytes, counts, encrypted, state } = backup;
  const { icon: Icon, colour, word } = STATE_LOOKS[state];
  const when = dayTime(createdAt);
  return (
    <tr data-row={when} data-file={name} className="h-13 hover:bg-sunken">
      <th scope="row" className="min-w-36 px-3 font-normal whitespace-nowrap">
        <time dateTime={new Date(createdAt).toISOString()} title={exactTime(createdAt)}>
          {when}
        </time>
      </th>
      <td className="px-3 whitespace-nowrap text-text-2">
        {KIND_WORDS[kind]}
        {encrypted ? null : ", plain"}
      </td>
      <td className="px-3 text-right whitespace-nowrap text-text-2 tabular-nums">
        {sizeText(bytes)}
      </td>
      <td className="px-3 whitespace-nowrap text-text-2 max-rail:hidden">
        {counts === null ? "not known" : countsText(counts)}
      </td>
      <td className="px-3 whitespace-nowrap">
        <span className={classNames("flex items-center gap-1.5", colour)}>
          <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
          {word}
        </span>
      </td>
      <td className="pr-2">
        <div className="flex items-center justify-end gap-1">
          <Button
            data-row-main
            size="toolbar"
            disabled={isBusy}
            aria-label={`Restore the backup of ${when}…`}
            onClick={() => openDialog({ type: "restore", backup: { id, name } })}
          >
            Restore…
          </Button>
          <Button
            kind="quiet"
            size="toolbar"
            disabled={isBusy}
            aria-label={`Verify the backup of ${when}`}
            onClick={onVerify}
          >
            Verify
          </Button>
          <Menu
            label={`More for the backup of ${when}`}
            entries={[
              { label: "Save a copy…", run: onSave },
              { label: "Show in folder", run: onShow },
              "separator",
              { label: "Delete…", danger: true, run: onDelete },
            ]}
          />
        </div>
      </td>
    </tr>
  );
}
