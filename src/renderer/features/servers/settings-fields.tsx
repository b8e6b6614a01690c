import {
  CONNECTIONS_WORDS,
  serverConnections,
  type ServerConnections,
  type ServerView,
} from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox, Select } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { labelOf, shownValue } from "../settings/setting-values.ts";
import { HOLD_LABEL, releaseNote } from "../tool-changes/change-words.ts";
import { API_KEY } from "./api-key.ts";
import { limitRowsOf } from "./edit-limits.ts";
import { type Draft, type Edits, markNames, type Problems } from "./edit.ts";
import { CommandFields, UrlField } from "./place-fields.tsx";
import { StoredSecret } from "../../components/stored-secret.tsx";
import { ValueRows } from "../../components/value-rows.tsx";

const REMOTE: { value: "http" | "sse"; label: string }[] = [
  { value: "http", label: "Streamable HTTP" },
  { value: "sse", label: "SSE (older servers)" },
];

const CONNECTIONS_NOTES: Record<ServerConnections, string> = {
  shared:
    "Costs least. What a client leaves in the server is seen by the others, and a question of the server can only be passed on while one call runs.",
  per_client:
    "What a client leaves in the server is seen by nobody else. A server that is a command then runs once per client.",
};

const idOf = (field: string): string => `field-${field}`;

export interface FieldsProps {
  server: ServerView;
  draft: Draft;
  problems: Problems;
  set: (edits: Edits) => void;
}

/** How a command on this computer is run. */
export function StdioFields({ draft, problems, set }: FieldsProps) {
  return (
    <>
      <CommandFields
        draft={draft}
        problems={problems}
        set={set}
        idOf={idOf}
        className="field-sizing-content"
      />
      <ValueRows
        list="env"
        title="Environment variables"
        one="variable"
        plainWord="Not secret"
        hint="Values are kept in the vault and never shown again, unless they are not secret."
        rows={draft.env}
        problems={problems}
        onChange={(env) => set({ env })}
      />
    </>
  );
}

/** Where a remote server is reached. */
export function RemoteFields({ draft, problems, set }: FieldsProps) {
  return (
    <>
      <UrlField draft={draft} problems={problems} set={set} idOf={idOf} />
      <Select
        label="Transport"
        value={draft.transport}
        options={REMOTE}
        onChange={(transport) => set({ transport })}
      />
      <ValueRows
        list="headers"
        title="Headers"
        one="header"
        hint="Sent with each request, and kept in the vault. A template is shown: ${secret:name} in it stands for a secret, to be entered below."
        plainWord="Template"
        preset={API_KEY}
        rows={draft.headers}
        problems={problems}
        onChange={(headers) => set({ headers })}
      />
    </>
  );
}

/** Values of the `${secret:name}` marks in arguments or URL. Nothing where there are none. */
export function MarkFields({ server, draft, problems, set }: FieldsProps) {
  const names = markNames(server, draft);
  if (names.length === 0) return null;
  const change = (name: string, value: string | null | undefined): void => {
    const { [name]: _, ...others } = draft.secrets;
    set({ secrets: value === undefined ? others : { ...others, [name]: value } });
  };
  return (
    <fieldset id="field-secrets" tabIndex={-1} className="space-y-2">
      <legend className="font-medium">Secrets</legend>
      <p className="text-meta text-text-2">
        They stand for <code>{"${secret:name}"}</code> in{" "}
        {server.config.transport === "stdio" ? "the arguments" : "the URL, headers or parameters"}.
      </p>
      {names.map((name) => {
        const edit = draft.secrets[name];
        return (
          <div key={name} className="flex flex-wrap items-start gap-2">
            <code className="flex min-h-8 w-52 items-center break-all">{name}</code>
            <div className="min-w-40 flex-1">
              {edit === null ? (
                <div className="flex min-h-8 items-center gap-2">
                  <span className="flex-1 text-text-2">Removed on save</span>
                  <Button size="toolbar" onClick={() => change(name, undefined)}>
                    Keep {name}
                  </Button>
                </div>
              ) : (
                <StoredSecret
                  id={`field-secrets:${name}`}
                  name={name}
                  stored={server.secrets[name] ?? null}
                  value={edit ?? null}
                  error={problems[`secrets:${name}`]}
                  onChange={(value) => change(name, value ?? undefined)}
                  onRemove={() => change(name, null)}
                />
              )}
            </div>
          </div>
        );
      })}
    </fieldset>
  );
}

/** How long the server may take, and how much it is given at once. */
export function LimitFields({ server, draft, problems, set }: FieldsProps) {
  const { data: settings } = useQuery(api.settings.list.queryOptions());
  const { transport } = server.config;
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">Limits</legend>
      <p className="text-meta text-text-2">
        Empty follows Settings.
        {transport === "stdio"
          ? " A server that stopped because it was idle starts on the next call; “never” keeps it running."
          : null}
      </p>
      <div className="grid grid-cols-2 gap-3 max-stack:grid-cols-1">
        {limitRowsOf(transport).map((row) => {
          const setting = settings?.find(({ key }) => key === row.key);
          return (
            <TextField
              key={row.key}
              id={idOf(row.key)}
              label={labelOf(row)}
              placeholder={setting && `as in Settings (${shownValue(row, setting.value)})`}
              error={problems[row.key]}
              value={draft[row.key]}
              onChange={(event) => set({ [row.key]: event.target.value })}
            />
          );
        })}
      </div>
    </fieldset>
  );
}

/** Whether clients share the server. */
export function ConnectionsField({ draft, set }: Pick<FieldsProps, "draft" | "set">) {
  const id = idOf("connections");
  return (
    <div className="space-y-1">
      <Select
        id={id}
        label="Connections"
        describedBy={`${id}-note`}
        value={draft.connections}
        options={serverConnections.options.map((value) => ({
          value,
          label: CONNECTIONS_WORDS[value],
        }))}
        onChange={(connections) => set({ connections })}
      />
      <p id={`${id}-note`} className="text-meta text-text-2">
        {CONNECTIONS_NOTES[draft.connections]}
      </p>
    </div>
  );
}

/** Whether clients get tools that changed before a person has read what did. */
export function HoldField({ server, draft, set }: FieldsProps) {
  const { holdChangedTools } = draft;
  const release = holdChangedTools ? null : releaseNote(server);
  return (
    <div className="space-y-1">
      <Checkbox
        label={HOLD_LABEL}
        checked={holdChangedTools}
        onChange={(checked) => set({ holdChangedTools: checked })}
      />
      <p className="text-meta text-text-2">
        A tool that says something else of itself than before, or that is new, is then neither
        listed nor called. Without it a change is shown to you, and clients get it at once.
      </p>
      {release ? <p className="text-meta text-warn">{release}</p> : null}
    </div>
  );
}
