import type { PromptView } from "@local-mcp/contract";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, client } from "../../app/api.ts";
import { CodeArea } from "../../components/code-area.tsx";
import { TextField } from "../../components/field.tsx";
import { useSettled } from "../../components/use-settled.ts";
import { CommonFields } from "../local/common-fields.tsx";
import { fieldProblems, type FieldProblems, focusFirst } from "../local/field-problems.ts";
import { keepItem } from "../local/keep-item.ts";
import { LocalEditor } from "../local/local-editor.tsx";
import { ArgumentRows } from "./argument-rows.tsx";
import { changesOf, draftOf, EMPTY, problemsOf, type PromptDraft } from "./prompt-draft.ts";
import { PromptPreviewPane } from "./prompt-preview-pane.tsx";

/** Typing is read once it pauses for so long, ms. */
const PAUSE_MS = 300;

interface PromptEditorProps {
  /** Null for a new one. */
  prompt: PromptView | null;
  onDelete: () => void;
}

/** A prompt: its text, what it asks for, and what comes of it. */
export function PromptEditor({ prompt, onDelete }: PromptEditorProps) {
  const [edits, setEdits] = useState<Partial<PromptDraft>>({});
  const [profiles, setProfiles] = useState<readonly string[]>([]);
  const [problems, setProblems] = useState<FieldProblems>({});
  const [samples, setSamples] = useState<Readonly<Record<string, string>>>({});
  const draft = { ...(prompt === null ? EMPTY : draftOf(prompt)), ...edits };
  const changes = changesOf(draft, prompt);
  const set = (part: Partial<PromptDraft>): void => setEdits((before) => ({ ...before, ...part }));
  const clean = (): void => {
    setEdits({});
    setProfiles([]);
    setProblems({});
  };

  const names = draft.arguments.map(({ name }) => name).filter((name) => name !== "");
  const template = useSettled(draft.template, PAUSE_MS);
  const tried = useSettled(samples, PAUSE_MS);
  const values = Object.fromEntries(names.map((name) => [name, tried[name] ?? ""]));
  const preview = useQuery({
    ...api.prompts.preview.queryOptions({ input: { template, values } }),
    enabled: draft.template.trim() !== "",
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const read = draft.template.trim() === "" ? null : (preview.data ?? null);
  const variables = read === null || read.error !== null ? null : read.variables;

  const save = useMutation({
    mutationFn: async () => {
      const found = problemsOf(changes, prompt);
      setProblems(found);
      if (Object.keys(found).length > 0) {
        focusFirst(found);
        return;
      }
      const view = await store();
      keepItem(view, {
        page: "prompts",
        list: api.prompts.list.queryKey(),
        isNew: prompt === null,
        clean,
      });
    },
    onError: (error) => {
      const found = fieldProblems(error, Object.keys(EMPTY));
      if (found === null) return;
      setProblems(found);
      focusFirst(found);
    },
  });
  const store = (): Promise<PromptView> => {
    if (prompt !== null) return client.prompts.update({ prompt: prompt.id, changes });
    const { name = "", template = "", ...others } = changes;
    return client.prompts.create({ ...others, name, template, profiles: [...profiles] });
  };
  const unplaced = save.error && Object.keys(problems).length === 0 ? save.error : null;
  const line = read?.error?.line ?? null;

  return (
    <LocalEditor
      one="prompt"
      item={prompt}
      changes={Object.keys(changes).length + (prompt === null && profiles.length > 0 ? 1 : 0)}
      saving={save.isPending}
      onSave={() => save.mutate()}
      onDiscard={() => {
        clean();
        save.reset();
      }}
      turn={(enabled) => client.prompts.update({ prompt: prompt?.id ?? "", changes: { enabled } })}
      onDelete={onDelete}
      aside={
        <PromptPreviewPane
          names={names}
          suggestions={draft.arguments}
          samples={samples}
          onSample={(name, value) => setSamples({ ...samples, [name]: value })}
          preview={read}
          error={preview.error}
        />
      }
    >
      <div className="space-y-4">
        <TextField
          id="field-name"
          label="Name"
          mono
          maxLength={128}
          error={problems["name"]}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <CodeArea
          id="field-template"
          label="Text"
          hint={HINT}
          value={draft.template}
          error={problems["template"] ?? (read?.error ? lineError(read.error) : null)}
          errorLine={line}
          onChange={(text) => {
            const { template: _, ...others } = problems;
            setProblems(others);
            set({ template: text });
          }}
        />
        <ArgumentRows
          rows={draft.arguments}
          variables={variables}
          isNew={prompt === null}
          problems={problems}
          onChange={(rows) => set({ arguments: rows })}
        />
        <CommonFields
          kind="prompt"
          draft={draft}
          problems={problems}
          onChange={set}
          stored={prompt && { original: prompt.name, profiles: prompt.profiles }}
          chosen={profiles}
          onChosen={setProfiles}
          error={unplaced}
        />
      </div>
    </LocalEditor>
  );
}

const HINT =
  "Jinja: {{ city }} stands for an argument. A line “# User:” or “# Assistant:” begins a message of that role.";

const lineError = ({ line, message }: { line: number | null; message: string }): string =>
  line === null ? message : `Line ${line}: ${message}`;
