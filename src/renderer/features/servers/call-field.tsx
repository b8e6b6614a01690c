import { Select } from "../../components/choice.tsx";
import { TextArea, TextField } from "../../components/field.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { CallField } from "./call-form.ts";

const BOOLEANS = ["true", "false"];

interface CallFieldControlProps {
  id: string;
  field: CallField;
  value: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

/** The field of one argument. */
export function CallFieldControl({ id, field, value, error, onChange }: CallFieldControlProps) {
  const { name, kind, description, required } = field;
  const label = required ? name : `${name} (optional)`;
  const hint = description ? <UntrustedText text={description} /> : undefined;
  if (kind === "boolean" || kind === "choice") {
    const choices = kind === "boolean" ? BOOLEANS : field.choices;
    const options = choices.map((choice) => ({ value: choice, label: shownChoice(choice) }));
    return (
      <div className="space-y-1">
        <Select
          id={id}
          describedBy={[hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ")}
          label={label}
          value={value}
          options={required ? options : [{ value: "", label: "Leave out" }, ...options]}
          onChange={onChange}
        />
        {hint ? (
          <p id={`${id}-hint`} className="text-meta text-text-2">
            {hint}
          </p>
        ) : null}
        {error ? (
          <p id={`${id}-error`} role="alert" className="text-meta text-err">
            {error}
          </p>
        ) : null}
      </div>
    );
  }
  const shared = { id, label, hint, error, value };
  if (kind === "number" || kind === "integer") {
    return (
      <TextField
        {...shared}
        inputMode="decimal"
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <TextArea
      {...shared}
      hint={kind === "json" ? <>As JSON. {hint}</> : hint}
      mono={kind === "json"}
      rows={1}
      className="field-sizing-content max-h-60 min-h-8!"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** A text without its quotes; anything else as JSON. */
function shownChoice(choice: string): string {
  const value: unknown = JSON.parse(choice);
  return typeof value === "string" ? value : choice;
}
