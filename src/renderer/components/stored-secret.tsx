import type { SecretInfo } from "@local-mcp/contract";
import type { ChangeEvent } from "react";
import { Button } from "./button.tsx";
import { TextArea, TextField } from "./field.tsx";

interface StoredSecretProps {
  id: string;
  /** Whose value it is, for example “GITHUB_TOKEN”. */
  name: string;
  /** Null where nothing is stored. */
  stored: SecretInfo | null;
  /** Null keeps what is stored. */
  value: string | null;
  error: string | undefined;
  /** It has several lines, as a key in PEM has. */
  multiline?: boolean;
  onChange: (value: string | null) => void;
  onRemove: () => void;
}

/** A value that goes in and never comes out: what is stored is named, and can be replaced. */
export function StoredSecret({
  id,
  name,
  stored,
  value,
  error,
  multiline = false,
  onChange,
  onRemove,
}: StoredSecretProps) {
  if (stored !== null && value === null) {
    return (
      <div className="flex flex-wrap items-center gap-2">
        {stored.set ? (
          <span className="flex-1 text-text-2">
            Stored{stored.hint === null ? "" : ` · ends in ${stored.hint}`}
          </span>
        ) : (
          <span className="flex-1 text-warn">Forgotten with the key of the vault</span>
        )}
        <Button
          id={id}
          size="toolbar"
          aria-label={stored.set ? `Replace the value of ${name}` : `Enter value of ${name}`}
          onClick={() => onChange("")}
        >
          {stored.set ? "Replace" : "Enter value"}
        </Button>
        <Button size="toolbar" aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
    );
  }
  const field = {
    id,
    label: `Value of ${name}`,
    hideLabel: true,
    placeholder: "New value",
    autoComplete: "off",
    mono: true,
    error,
    value: value ?? "",
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange(event.target.value),
  };
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        {multiline ? (
          // What is typed is not to be read over a shoulder; a field of type password has one line.
          <TextArea {...field} className="[-webkit-text-security:disc]" />
        ) : (
          <TextField {...field} type="password" />
        )}
      </div>
      {stored === null ? null : (
        <Button
          aria-label={stored.set ? `Keep stored value of ${name}` : `Cancel ${name}`}
          onClick={() => onChange(null)}
        >
          {stored.set ? "Keep stored" : "Cancel"}
        </Button>
      )}
    </div>
  );
}
