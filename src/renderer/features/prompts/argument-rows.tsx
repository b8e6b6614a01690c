import { Plus, X } from "lucide-react";
import { Button, IconButton } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { TextArea, TextField } from "../../components/field.tsx";
import { listed } from "../../components/time.ts";
import type { FieldProblems } from "../local/field-problems.ts";
import { type ArgumentRow, isUnused, missingArguments, withArguments } from "./prompt-draft.ts";

interface ArgumentRowsProps {
  rows: readonly ArgumentRow[];
  /** What the template reads; null while that is not known. */
  variables: readonly string[] | null;
  isNew: boolean;
  problems: FieldProblems;
  onChange: (rows: ArgumentRow[]) => void;
}

/** What a prompt asks for. */
export function ArgumentRows({ rows, variables, isNew, problems, onChange }: ArgumentRowsProps) {
  const missing = missingArguments(rows, variables ?? []);
  const change = (key: string, part: Partial<ArgumentRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">Arguments</legend>
      {rows.length === 0 ? (
        <p className="text-meta text-text-2">
          {missing.length === 0
            ? "None: the text is always the same."
            : isNew
              ? "Without any here, what the text reads is asked for, all of it required."
              : "None are asked for."}
        </p>
      ) : (
        <ul className="divide-y divide-border rounded-panel border border-border bg-surface">
          {rows.map((row, index) => (
            <li key={row.key} className="space-y-2 p-2">
              <Row
                row={row}
                index={index}
                unused={isUnused(row, variables)}
                problems={problems}
                onChange={(part) => change(row.key, part)}
                onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
              />
            </li>
          ))}
        </ul>
      )}
      {problems["arguments"] ? (
        <p role="alert" className="text-meta text-err">
          {problems["arguments"]}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        {missing.length > 0 ? (
          <Button
            id="field-arguments"
            size="toolbar"
            icon={Plus}
            onClick={() => onChange(withArguments(rows, missing))}
          >
            Add {listed(missing)}
          </Button>
        ) : null}
        <Button
          {...(missing.length === 0 && { id: "field-arguments" })}
          size="toolbar"
          kind={missing.length > 0 ? "quiet" : "secondary"}
          icon={Plus}
          onClick={() => onChange(withArguments(rows, [""]))}
        >
          Add argument
        </Button>
      </div>
    </fieldset>
  );
}

interface RowProps {
  row: ArgumentRow;
  index: number;
  /** The text does not read it. */
  unused: boolean;
  problems: FieldProblems;
  onChange: (part: Partial<ArgumentRow>) => void;
  onRemove: () => void;
}

function Row({ row, index, unused, problems, onChange, onRemove }: RowProps) {
  const called = row.name === "" ? `argument ${index + 1}` : row.name;
  const path = `arguments.${index}`;
  return (
    <>
      <div className="flex items-start gap-2">
        <div className="w-36 shrink-0">
          <TextField
            id={`field-${path}.name`}
            label={`Name of argument ${index + 1}`}
            hideLabel
            mono
            placeholder="Name"
            maxLength={64}
            error={problems[`${path}.name`]}
            value={row.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </div>
        <div className="min-w-0 flex-1">
          <TextField
            id={`field-${path}.description`}
            label={`Description of ${called}`}
            hideLabel
            placeholder="Description"
            maxLength={2000}
            error={problems[`${path}.description`]}
            value={row.description}
            onChange={(event) => onChange({ description: event.target.value })}
          />
        </div>
        <IconButton icon={X} label={`Remove ${called}`} onClick={onRemove} />
      </div>
      <div className="flex items-start gap-2">
        <div className="flex h-8 w-36 shrink-0 items-center">
          <Checkbox
            label="Required"
            checked={row.required}
            onChange={(required) => onChange({ required })}
          />
        </div>
        <div className="min-w-0 flex-1">
          <TextArea
            id={`field-${path}.values`}
            label={`Suggestions for ${called}, one a line`}
            hideLabel
            rows={1}
            placeholder="Suggestions, one a line"
            className="field-sizing-content max-h-40 min-h-8!"
            error={problems[`${path}.values`]}
            value={row.values}
            onChange={(event) => onChange({ values: event.target.value })}
          />
        </div>
        <span className="w-7 shrink-0" />
      </div>
      {unused ? <p className="text-meta text-text-2">The text does not read it.</p> : null}
    </>
  );
}
