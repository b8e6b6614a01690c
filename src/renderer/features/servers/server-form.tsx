import type { Transport } from "@local-mcp/contract";
import { Plus, X } from "lucide-react";
import { useRef } from "react";
import { flushSync } from "react-dom";
import { Button, IconButton } from "../../components/button.tsx";
import { Checkbox, Select } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { API_KEY } from "./api-key.ts";
import { CommandFields, UrlField } from "./place-fields.tsx";
import {
  addPair,
  draftMarks,
  type DraftPair,
  type DraftProblems,
  type ServerDraft,
} from "./server-form-draft.ts";

const TRANSPORTS: { value: Transport; label: string }[] = [
  { value: "stdio", label: "A command on this computer" },
  { value: "http", label: "A URL (Streamable HTTP)" },
  { value: "sse", label: "A URL (SSE, older servers)" },
];

interface ServerFormProps {
  /** Of the form element, for the button that submits it. */
  id: string;
  draft: ServerDraft;
  problems: DraftProblems;
  onChange: (draft: ServerDraft) => void;
  onSubmit: () => void;
}

/** Every field of a server, for whoever has nothing to paste. */
export function ServerForm({ id, draft, problems, onChange, onSubmit }: ServerFormProps) {
  const set = (change: Partial<ServerDraft>): void => onChange({ ...draft, ...change });
  return (
    <form
      id={id}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <TextField
        label="Name"
        hint="a-z, 0-9 and -. Commands and clients use it."
        mono
        error={problems.name}
        value={draft.name}
        onChange={(event) => set({ name: event.target.value })}
      />
      <Select
        label="Reached by"
        value={draft.transport}
        options={TRANSPORTS}
        onChange={(transport) => set({ transport })}
      />
      {draft.transport === "stdio" ? (
        <StdioFields draft={draft} problems={problems} set={set} />
      ) : (
        <RemoteFields draft={draft} problems={problems} set={set} />
      )}
    </form>
  );
}

interface FieldsProps {
  draft: ServerDraft;
  problems: DraftProblems;
  set: (change: Partial<ServerDraft>) => void;
}

function StdioFields({ draft, problems, set }: FieldsProps) {
  return (
    <>
      <CommandFields draft={draft} problems={problems} set={set} />
      <Pairs
        kind="env"
        title="Environment variables"
        one="variable"
        pairs={draft.env}
        problems={problems}
        onChange={(env) => set({ env })}
      />
    </>
  );
}

function RemoteFields({ draft, problems, set }: FieldsProps) {
  return (
    <>
      <UrlField draft={draft} problems={problems} set={set} />
      <Pairs
        kind="headers"
        title="Headers"
        one="header"
        pairs={draft.headers}
        preset={API_KEY}
        problems={problems}
        onChange={(headers) => set({ headers })}
      />
      {draftMarks(draft).map((mark) => (
        <TextField
          key={mark}
          label={`Secret ${mark}`}
          hint={`Stands for \${secret:${mark}} in the headers.`}
          mono
          type="password"
          error={problems[`secrets:${mark}`]}
          value={draft.secrets[mark] ?? ""}
          onChange={(event) => set({ secrets: { ...draft.secrets, [mark]: event.target.value } })}
        />
      ))}
    </>
  );
}

interface PairsProps {
  kind: "env" | "headers";
  title: string;
  one: string;
  pairs: DraftPair[];
  /** A pair that comes filled in, for what is often meant. */
  preset?: { label: string; row: Partial<Omit<DraftPair, "id">> };
  problems: DraftProblems;
  onChange: (pairs: DraftPair[]) => void;
}

function Pairs({ kind, title, one, pairs, preset, problems, onChange }: PairsProps) {
  const place = useRef<HTMLFieldSetElement>(null);
  /** The focus follows to the last of the rows that are there then, or to the button. */
  const set = (next: DraftPair[]): void => {
    flushSync(() => onChange(next));
    const rows = place.current?.querySelectorAll("[data-pair]");
    const last = rows?.item(rows.length - 1);
    (last ?? place.current)?.querySelector<HTMLElement>("input, button")?.focus();
  };
  const change = (id: number, part: Partial<DraftPair>): void =>
    onChange(pairs.map((pair) => (pair.id === id ? { ...pair, ...part } : pair)));
  return (
    <fieldset ref={place} className="space-y-2">
      <legend className="font-medium">{title}</legend>
      {pairs.map((pair, index) => (
        <div key={pair.id} data-pair className="flex flex-wrap items-start gap-2">
          <div className="min-w-40 flex-1">
            <TextField
              label={`Name of ${one} ${index + 1}`}
              hideLabel
              placeholder="Name"
              mono
              error={problems[`${kind}:${pair.id}`]}
              value={pair.name}
              onChange={(event) => change(pair.id, { name: event.target.value })}
            />
          </div>
          <div className="min-w-40 flex-1">
            <TextField
              label={`Value of ${one} ${index + 1}`}
              hideLabel
              placeholder="Value"
              mono
              type={pair.plain ? "text" : "password"}
              autoComplete="off"
              value={pair.value}
              onChange={(event) => change(pair.id, { value: event.target.value })}
            />
          </div>
          <div className="flex h-8 items-center gap-1">
            <Checkbox
              label={kind === "env" ? "Not secret" : "Template"}
              checked={pair.plain}
              onChange={(plain) => change(pair.id, { plain })}
            />
            <IconButton
              icon={X}
              label={`Remove ${one} ${index + 1}`}
              onClick={() => set(pairs.filter(({ id }) => id !== pair.id))}
            />
          </div>
        </div>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button size="toolbar" icon={Plus} onClick={() => set(addPair(pairs))}>
          Add {one}
        </Button>
        {preset ? (
          <Button size="toolbar" icon={Plus} onClick={() => set(addPair(pairs, preset.row))}>
            {preset.label}
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}
