import type { PromptPreview } from "@local-mcp/contract";
import { useId } from "react";
import { TextField } from "../../components/field.tsx";
import { Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { type ArgumentRow, suggestionsOf } from "./prompt-draft.ts";

interface PromptPreviewPaneProps {
  /** Of the arguments. */
  names: readonly string[];
  suggestions: readonly ArgumentRow[];
  samples: Readonly<Record<string, string>>;
  onSample: (name: string, value: string) => void;
  /** Null while there is no text. */
  preview: PromptPreview | null;
  error: unknown;
}

const ROLES = { user: "User", assistant: "Assistant" };

/** What a client gets of a prompt, with values to try it. */
export function PromptPreviewPane(props: PromptPreviewPaneProps) {
  const { names, suggestions, samples, onSample, preview, error } = props;
  return (
    <Section title="Preview">
      {names.length > 0 ? (
        <div className="grid grid-cols-[repeat(auto-fill,minmax(180px,1fr))] gap-2">
          {[...new Set(names)].map((name) => (
            <Sample
              key={name}
              name={name}
              values={suggestions.filter((row) => row.name === name).flatMap(suggestionsOf)}
              value={samples[name] ?? ""}
              onChange={(value) => onSample(name, value)}
            />
          ))}
        </div>
      ) : null}
      {error ? (
        <ProblemView what="There is no preview." error={error} />
      ) : preview === null ? (
        <p className="text-text-2">What clients get is shown here as you write.</p>
      ) : preview.error ? (
        <p className="text-text-2">The text cannot be read yet: see below it.</p>
      ) : (
        <ol aria-label="Messages" className="space-y-2">
          {preview.messages.map(({ role, text }, index) => (
            <li
              // oxlint-disable-next-line react/no-array-index-key -- a message has no other identity
              key={index}
              className="rounded-panel border border-border bg-surface px-3 py-2"
            >
              <h3 className="text-meta font-semibold text-text-2">{ROLES[role]}</h3>
              <p className="break-words whitespace-pre-wrap">{text}</p>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

interface SampleProps {
  name: string;
  values: readonly string[];
  value: string;
  onChange: (value: string) => void;
}

function Sample({ name, values, value, onChange }: SampleProps) {
  const known = useId();
  return (
    <>
      <TextField
        label={`Value of ${name}`}
        list={known}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={known}>
        {values.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
