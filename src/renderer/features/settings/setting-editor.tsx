import type { SettingView } from "@local-mcp/contract";
import { useRef, useState } from "react";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Select, Switch } from "../../components/choice.tsx";
import { classNames } from "../../components/class-names.ts";
import { TextField } from "../../components/field.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { AddressDialog } from "./address-dialog.tsx";
import type { SettingRow } from "./setting-table.ts";
import {
  commandFor,
  decidedBy,
  isChanged,
  labelOf,
  readValue,
  saidValue,
  type SettingValue,
  shownValue,
} from "./setting-values.ts";
import { useSetting } from "./use-setting.ts";

interface SettingProps {
  row: SettingRow;
  view: SettingView;
}

interface SettingEditorProps extends SettingProps {
  /** It goes back to its default. */
  onReset: () => void;
}

/** What takes the focus in a row. */
const CONTROLS = "input:not([aria-hidden]), [role=switch], [role=combobox]";

/** One setting: what it is, its control, how to set it on a command line, and the way back. */
export function SettingEditor({ row, view, onReset }: SettingEditorProps) {
  const { save, error, isPending, forgetError } = useSetting(row.key, row.label);
  const place = useRef<HTMLDivElement>(null);
  /** A new address waits for somebody to say that clients will follow. */
  const [asked, setAsked] = useState<{ value: SettingValue | null; onSaved?: () => void } | null>(
    null,
  );
  const decided = decidedBy(view);
  const changed = isChanged(view);
  const movesEndpoint = row.key === "port" || row.key === "host";
  const change = (value: SettingValue | null, onSaved?: () => void): void => {
    if (movesEndpoint) setAsked({ value, onSaved });
    else save(value, onSaved);
  };
  const reset = (): void => {
    onReset();
    // Its button is gone then.
    change(null, () => place.current?.querySelector<HTMLElement>(CONTROLS)?.focus());
  };
  const failure = error ? problemLine(error) : null;

  return (
    <div
      ref={place}
      className={classNames(
        "space-y-1.5 border-l-2 px-4 py-3",
        changed ? "border-l-text-2" : "border-l-transparent",
      )}
    >
      {decided === null ? (
        <Control
          row={row}
          view={view}
          isSaving={isPending}
          failure={failure}
          onEdit={forgetError}
          onSave={change}
        />
      ) : (
        <div className="space-y-1">
          <p className="font-medium">{row.label}</p>
          <p className="text-meta text-text-2">{row.about}</p>
          <p className="font-mono break-all">{saidValue(row, view.value)}</p>
          <p className="text-meta text-text-2">{decided}</p>
        </div>
      )}
      <div className="flex flex-wrap items-center gap-x-3 text-meta text-text-2">
        {decided === null ? <code className="break-all">{commandFor(view)}</code> : null}
        {changed ? (
          <span className="inline-flex items-center gap-1">
            Changed ·
            <button
              type="button"
              className="rounded-chip font-medium text-accent-text underline hit-24"
              disabled={isPending}
              aria-label={`Reset ${row.label} to ${saidValue(row, view.default)}`}
              onClick={reset}
            >
              Reset
            </button>
          </span>
        ) : null}
      </div>
      {asked ? (
        <AddressDialog
          change={{ [row.key]: asked.value ?? view.default }}
          onClose={() => setAsked(null)}
          onConfirm={() => {
            save(asked.value, asked.onSaved);
            setAsked(null);
          }}
        />
      ) : null}
    </div>
  );
}

interface ControlProps extends SettingProps {
  isSaving: boolean;
  /** Why the last change was not stored. */
  failure: string | null;
  onEdit: () => void;
  onSave: (value: SettingValue, onSaved?: () => void) => void;
}

function Control({ row, view, isSaving, failure, onEdit, onSave }: ControlProps) {
  const { control, label, about } = row;
  if (control.kind === "text" || control.kind === "number") {
    return (
      <TextControl
        row={row}
        view={view}
        isSaving={isSaving}
        failure={failure}
        onEdit={onEdit}
        onSave={onSave}
      />
    );
  }
  return (
    <div className="space-y-1">
      {control.kind === "switch" ? (
        <span className="font-medium">
          <Switch label={label} checked={view.value === true} onChange={onSave} />
        </span>
      ) : (
        <Select
          label={label}
          className="max-w-60"
          value={String(view.value)}
          options={control.options}
          onChange={onSave}
        />
      )}
      <p className="text-meta text-text-2">{about}</p>
      {failure ? (
        <p role="alert" className="text-meta text-err">
          {failure}
        </p>
      ) : null}
    </div>
  );
}

/** A field keeps what is typed until it is saved or given up. */
function TextControl({ row, view, isSaving, failure, onEdit, onSave }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stored = shownValue(row, view.value);
  const field = useRef<HTMLInputElement>(null);
  const isDirty = typed !== null && typed !== stored;
  const { control } = row;

  const write = (next: string | null): void => {
    setTyped(next);
    setProblem(null);
    onEdit();
  };
  /** The buttons go with what was typed. */
  const settle = (): void => {
    write(null);
    field.current?.focus();
  };
  const save = (): void => {
    if (!isDirty || isSaving) return;
    const read = readValue(row, typed);
    setProblem(read.problem);
    if (read.problem === null) onSave(read.value, settle);
    else field.current?.focus();
  };

  const pick = async (): Promise<void> => {
    const { path } = await client.desktop.chooseFolder();
    if (path !== null) onSave(path, settle);
  };

  return (
    <form
      className="flex flex-wrap items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="w-full max-w-90">
        <TextField
          label={labelOf(row)}
          hint={row.about}
          error={problem ?? failure}
          mono
          className={control.kind === "number" ? "max-w-40" : undefined}
          inputMode={control.kind === "number" ? "decimal" : undefined}
          placeholder={control.kind === "text" ? control.placeholder : undefined}
          ref={field}
          readOnly={isSaving}
          value={typed ?? stored}
          onChange={(event) => write(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") write(null);
          }}
        />
      </div>
      {control.kind === "text" && control.picks === "folder" && !isDirty ? (
        <Button className="self-end" onClick={() => void pick()}>
          Choose…
        </Button>
      ) : null}
      {isDirty ? (
        <div className="flex gap-2 self-end">
          <Button onClick={settle}>Discard</Button>
          <Button type="submit" disabled={isSaving}>
            Save
          </Button>
        </div>
      ) : null}
    </form>
  );
}
