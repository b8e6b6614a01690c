import { Plus, X } from "lucide-react";
import { Button, IconButton } from "./button.tsx";
import { Checkbox } from "./choice.tsx";
import { TextField } from "./field.tsx";
import { StoredSecret } from "./stored-secret.tsx";
import { newRow, shownIn, type ValueRow } from "./value-row.ts";

interface ValueRowsProps {
  /** What their fields' ids and problems begin with: “headers”. */
  list: string;
  title: string;
  /** One of them: “variable”. */
  one: string;
  hint: string;
  rows: ValueRow[];
  problems: Partial<Record<string, string>>;
  /** What a value that is shown is called; null where every value is. */
  plainWord: string | null;
  /** A row that comes filled in, for what is often meant. */
  preset?: { label: string; row: Parameters<typeof newRow>[1] };
  onChange: (rows: ValueRow[]) => void;
}

/** Names with their values: names are shown, values go in only, unless they are plain. */
export function ValueRows(props: ValueRowsProps) {
  const { list, title, one, hint, rows, problems, plainWord, preset, onChange } = props;
  const change = (key: string, part: Partial<ValueRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const remove = ({ key, stored }: ValueRow): void =>
    stored === null
      ? onChange(rows.filter((row) => row.key !== key))
      : change(key, { removed: true });
  const add = (row: Parameters<typeof newRow>[1]): void => onChange([...rows, newRow(rows, row)]);
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{title}</legend>
      <p className="text-meta text-text-2">{hint}</p>
      {rows.map((row) => (
        <Row
          key={row.key}
          id={`field-${list}:${row.key}`}
          row={row}
          one={one}
          plainWord={plainWord}
          error={problems[`${list}:${row.key}`]}
          nameError={problems[`${list}:${row.key}:name`]}
          onChange={(part) => change(row.key, part)}
          onRemove={() => remove(row)}
        />
      ))}
      <div className="flex flex-wrap gap-2">
        <Button
          id={`field-${list}`}
          size="toolbar"
          icon={Plus}
          onClick={() => add({ plain: plainWord === null })}
        >
          Add {one}
        </Button>
        {preset ? (
          <Button size="toolbar" icon={Plus} onClick={() => add(preset.row)}>
            {preset.label}
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}

interface RowProps {
  id: string;
  row: ValueRow;
  one: string;
  plainWord: string | null;
  error: string | undefined;
  nameError: string | undefined;
  onChange: (part: Partial<ValueRow>) => void;
  onRemove: () => void;
}

function Row({ id, row, one, plainWord, error, nameError, onChange, onRemove }: RowProps) {
  const { name, stored, value, plain, removed } = row;
  if (removed) {
    return (
      <div className="flex min-h-8 items-center gap-2">
        <code className="min-w-0 flex-1 break-all text-text-2 line-through">{name}</code>
        <span className="text-text-2">Removed on save</span>
        <Button size="toolbar" onClick={() => onChange({ removed: false })}>
          Keep {name}
        </Button>
      </div>
    );
  }
  const called = name === "" ? `new ${one}` : name;
  const secret = stored !== null && !stored.plain ? stored.secret : null;
  return (
    <div className="flex flex-wrap items-start gap-2">
      <div className="w-52">
        {stored === null ? (
          <TextField
            id={`${id}:name`}
            label={`Name of ${called}`}
            hideLabel
            placeholder="Name"
            mono
            error={nameError}
            value={name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        ) : (
          <code className="flex min-h-8 items-center break-all">{name}</code>
        )}
      </div>
      <div className="min-w-40 flex-1">
        {plain ? (
          <TextField
            id={id}
            label={`Value of ${called}`}
            hideLabel
            mono
            error={error}
            value={shownIn(row)}
            onChange={(event) => onChange({ value: event.target.value })}
          />
        ) : (
          <StoredSecret
            id={id}
            name={called}
            stored={secret}
            value={value}
            error={error}
            onChange={(next) => onChange({ value: next })}
            onRemove={onRemove}
          />
        )}
      </div>
      <div className="flex h-8 items-center gap-1">
        {plainWord !== null && (stored === null || plain || value !== null) ? (
          <Checkbox
            label={plainWord}
            checked={plain}
            onChange={(next) => onChange({ plain: next, value: value ?? "" })}
          />
        ) : null}
        {secret !== null && value === null ? null : (
          <IconButton icon={X} label={`Remove ${called}`} onClick={onRemove} />
        )}
      </div>
    </div>
  );
}
