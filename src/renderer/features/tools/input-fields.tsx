import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../components/button.tsx";
import { Checkbox, Select } from "../../components/choice.tsx";
import { CodeArea } from "../../components/code-area.tsx";
import { TextField } from "../../components/field.tsx";
import { jsonText, readObject } from "../../components/json-text.ts";
import {
  type ArgumentRow,
  type ArgumentRows,
  namesInUrl,
  newArgument,
  type Place,
  placeOfItself,
  placesOf,
  rowsOf,
  schemaOf,
  withUrlArguments,
} from "./argument-row.ts";
import type { ToolFieldsProps } from "./request-fields.tsx";

/** What clients are asked for, as a form of rows or as JSON Schema. */
export function InputFields({ draft, problems, set }: ToolFieldsProps) {
  const [refused, setRefused] = useState<string | null>(null);
  const shown = withUrlArguments(draft.arguments, draft.url);
  const inJson = draft.inputText !== null;
  const read = readObject(draft.inputText ?? "{}");
  const toForm = (): void => {
    const rows = read.value === null ? null : rowsOf(read.value, placesOf(shown.rows));
    setRefused(rows === null ? (read.problem ?? "The form has no field for some of it.") : null);
    if (rows !== null) set({ arguments: rows, inputText: null });
  };
  return (
    <section aria-labelledby="tool-input" className="space-y-3">
      <div className="flex items-center gap-2">
        <h3 id="tool-input" className="flex-1 text-field font-semibold">
          Input schema
        </h3>
        <Button
          kind="quiet"
          size="toolbar"
          aria-pressed={inJson}
          onClick={inJson ? toForm : () => set({ inputText: jsonText(schemaOf(shown)) })}
        >
          {inJson ? "Use the form" : "Write as JSON"}
        </Button>
      </div>
      {draft.inputText === null ? (
        <Rows
          {...{ draft, problems, shown }}
          onChange={(rows) => set({ arguments: { ...shown, rows } })}
        />
      ) : (
        <CodeArea
          id="field-inputSchema"
          label="Input schema as JSON"
          rows={10}
          value={draft.inputText}
          error={problems.inputSchema ?? refused}
          errorLine={problems.inputSchema || refused ? read.line : null}
          onChange={(inputText) => {
            setRefused(null);
            set({ inputText });
          }}
        />
      )}
    </section>
  );
}

interface RowsProps extends Pick<ToolFieldsProps, "draft" | "problems"> {
  shown: ArgumentRows;
  onChange: (rows: ArgumentRow[]) => void;
}

function Rows({ draft, problems, shown: { rows }, onChange }: RowsProps) {
  const inUrl = namesInUrl(draft.url);
  const change = (key: string, part: Partial<ArgumentRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <div className="space-y-2">
      {rows.length === 0 ? (
        <p className="text-text-2">It takes no arguments.</p>
      ) : (
        <ul className="divide-y divide-border rounded-panel border border-border bg-surface">
          {rows.map((row) => (
            <li key={row.key} className="p-3">
              <Row
                row={row}
                itself={placeOfItself(row.name, draft.url, draft.method)}
                inUrl={inUrl.includes(row.name)}
                error={problems[`inputSchema:${row.key}`]}
                onChange={(part) => change(row.key, part)}
                onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
              />
            </li>
          ))}
        </ul>
      )}
      {problems.inputSchema ? (
        <p role="alert" className="text-meta text-err">
          {problems.inputSchema}
        </p>
      ) : null}
      <Button
        id="field-inputSchema"
        size="toolbar"
        icon={Plus}
        onClick={() => onChange([...rows, newArgument(rows)])}
      >
        Add argument
      </Button>
    </div>
  );
}

const TYPES = ["string", "number", "integer", "boolean", "array", "object"] as const;
/** Of a schema that says more than one plain type. */
const OTHER = "other";

const PLACES: Record<Exclude<Place, "auto">, string> = {
  path: "URL path",
  query: "query",
  header: "header",
  body: "body",
};

interface RowProps {
  row: ArgumentRow;
  /** Where it goes if nothing is chosen. */
  itself: Place;
  /** The URL names it: it stays. */
  inUrl: boolean;
  error: string | undefined;
  onChange: (part: Partial<ArgumentRow>) => void;
  onRemove: () => void;
}

function Row({ row, itself, inUrl, error, onChange, onRemove }: RowProps) {
  const { key, name, required, schema, place, sentAs } = row;
  const type = TYPES.find((one) => one === schema["type"]) ?? OTHER;
  const called = name === "" ? "new argument" : name;
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  const describe = (text: string): void => {
    const { description: _, ...others } = schema;
    onChange({ schema: text === "" ? others : { ...others, description: text } });
  };
  return (
    <div role="group" aria-label={`Argument ${called}`} className="space-y-2">
      <div className="flex flex-wrap items-start gap-2">
        <div className="min-w-32 flex-1">
          {inUrl ? (
            <code className="flex min-h-8 items-center break-all">{name}</code>
          ) : (
            <TextField
              id={`field-inputSchema:${key}`}
              label={`Name of ${called}`}
              hideLabel
              placeholder="Name"
              mono
              error={error}
              value={name}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </div>
        <Select
          label={`Type of ${called}`}
          hideLabel
          className="w-28"
          value={type}
          options={[
            ...TYPES.map((value) => ({ value, label: value })),
            ...(type === OTHER ? [{ value: OTHER, label: "see JSON" } as const] : []),
          ]}
          onChange={(next) => {
            if (next !== OTHER) onChange({ schema: { ...schema, type: next } });
          }}
        />
        <span className="flex h-8 items-center">
          <Checkbox
            label="Required"
            checked={required}
            onChange={(next) => onChange({ required: next })}
          />
        </span>
        {inUrl ? (
          <span className="w-7" />
        ) : (
          <IconButton icon={X} label={`Remove ${called}`} className="mt-0.5" onClick={onRemove} />
        )}
      </div>
      <TextField
        label={`Description of ${called}`}
        hideLabel
        placeholder="What it is, for the model"
        value={description}
        onChange={(event) => describe(event.target.value)}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label={`Where ${called} goes`}
          hideLabel
          className="w-52"
          value={place}
          options={[
            {
              value: "auto",
              label: itself === "auto" ? "By itself" : `By itself: ${PLACES[itself]}`,
            },
            ...(["path", "query", "header", "body"] as const).map((value) => ({
              value,
              label: `Into the ${PLACES[value]}`,
            })),
          ]}
          onChange={(next) => onChange({ place: next })}
        />
        {place === "auto" ? null : (
          <div className="min-w-32 flex-1">
            <TextField
              label={`What ${called} is called there`}
              hideLabel
              placeholder={`Called ${called} there`}
              mono
              value={sentAs}
              onChange={(event) => onChange({ sentAs: event.target.value })}
            />
          </div>
        )}
      </div>
    </div>
  );
}
