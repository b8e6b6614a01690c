import type { ToolView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { flushSync } from "react-dom";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { TextArea, TextField } from "../../components/field.tsx";
import { SaveProblem } from "../../components/save-problem.tsx";
import { TagsField } from "../../components/tags-field.tsx";
import { keepItem } from "../local/keep-item.ts";
import { LocalEditor } from "../local/local-editor.tsx";
import { Membership, ProfileChoice } from "../local/profile-choice.tsx";
import { LimitFields, OutputFields } from "./answer-fields.tsx";
import { InputFields } from "./input-fields.tsx";
import { refusedFields } from "./refused-fields.ts";
import { RequestFields, type RequestTab, requestTabOf } from "./request-fields.tsx";
import { ToolPreview, ToolTry } from "./tool-aside.tsx";
import {
  changedFields,
  draftOf,
  EMPTY_TOOL,
  firstProblem,
  placeOf,
  previewOf,
  readEdits,
  readNew,
  type ToolEdits,
  type ToolProblems,
} from "./tool-draft.ts";

/** Of what tries the tool. */
const TRY = "tool-try";

interface ToolEditorProps {
  /** Null for a new one. */
  tool: ToolView | null;
  onDelete: () => void;
}

/** A tool: what it asks, what for, what clients see of it, and a try. */
export function ToolEditor({ tool, onDelete }: ToolEditorProps) {
  const [edits, setEdits] = useState<ToolEdits>({});
  const [profiles, setProfiles] = useState<readonly string[]>([]);
  const [problems, setProblems] = useState<ToolProblems>({});
  const [tab, setTab] = useState<RequestTab>("query");
  const draft = { ...(tool === null ? EMPTY_TOOL : draftOf(tool)), ...edits };
  const changes = changedFields(tool, edits).length + (profiles.length > 0 ? 1 : 0);
  const set = (part: ToolEdits): void => setEdits((before) => ({ ...before, ...part }));
  const clean = (): void => {
    setEdits({});
    setProfiles([]);
    setProblems({});
  };
  /** Shows what is wrong, and goes to the first of it. */
  const refuse = (found: ToolProblems): void => {
    const first = firstProblem(found);
    flushSync(() => {
      setProblems(found);
      setTab((before) => requestTabOf(first ?? "") ?? before);
    });
    if (first !== null) document.getElementById(`field-${first}`)?.focus();
  };

  // What is sent is taken from here and not handed over, so that no value stays in a cache.
  const save = useMutation({
    mutationFn: async ({ keepSecrets }: { keepSecrets: boolean }) => {
      const view = tool === null ? await create() : await update(tool, keepSecrets);
      if (view === null) return;
      keepItem(view, {
        page: "tools",
        list: api.tools.list.queryKey(),
        isNew: tool === null,
        clean,
      });
    },
    onError: (error) => {
      const found = refusedFields(error, draft.allowPrivateNetwork);
      if (found !== null)
        refuse(
          Object.fromEntries(
            Object.entries(found).map(([path, message]) => [
              placeOf(path.split("."), draft),
              message,
            ]),
          ),
        );
    },
  });
  const create = async (): Promise<ToolView | null> => {
    const { tool: wanted, problems: found } = readNew(draft, [...profiles]);
    if (wanted !== null) return client.tools.create(wanted);
    refuse(found);
    return null;
  };
  const update = async (stored: ToolView, keepSecrets: boolean): Promise<ToolView | null> => {
    const { changes: wanted, problems: found } = readEdits(stored, edits);
    if (wanted !== null)
      return client.tools.update({
        tool: stored.id,
        changes: keepSecrets ? { ...wanted, keepSecrets } : wanted,
      });
    refuse(found);
    return null;
  };
  const unplaced = save.error && Object.keys(problems).length === 0 ? save.error : null;
  const shared = { tool, draft, problems, set };

  return (
    <LocalEditor
      one="tool"
      item={tool}
      changes={changes}
      saving={save.isPending}
      onSave={() => save.mutate({ keepSecrets: false })}
      onDiscard={() => {
        clean();
        save.reset();
      }}
      turn={(enabled) => client.tools.update({ tool: tool?.id ?? "", changes: { enabled } })}
      onDelete={onDelete}
      problem={
        unplaced ? (
          <SaveProblem error={unplaced} onKeep={() => save.mutate({ keepSecrets: true })} />
        ) : null
      }
      actions={
        tool === null ? null : (
          <Button size="toolbar" onClick={() => document.getElementById(TRY)?.focus()}>
            Try it
          </Button>
        )
      }
      aside={
        <>
          {tool === null ? null : (
            <div id={TRY} tabIndex={-1} className="scroll-mt-4 rounded-panel">
              <ToolTry key={tool.id} tool={tool} hasChanges={changes > 0} />
            </div>
          )}
          <ToolPreview definition={previewOf(draft, tool)} />
        </>
      }
    >
      <div className="space-y-4">
        <TextField
          id="field-name"
          label="Name"
          hint="A-Z, a-z, 0-9, _, . and -. Clients call it by this name."
          mono
          maxLength={128}
          error={problems.name}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <TextArea
          id="field-description"
          label="Description"
          hint="What it does and when to use it, for the model."
          className="field-sizing-content"
          error={problems.description}
          value={draft.description}
          onChange={(event) => set({ description: event.target.value })}
        />
        <TextField
          id="field-title"
          label="Title"
          hint="For people."
          error={problems.title}
          value={draft.title}
          onChange={(event) => set({ title: event.target.value })}
        />
      </div>
      <RequestFields {...shared} tab={tab} onTab={setTab} />
      <InputFields {...shared} />
      <OutputFields {...shared} />
      <LimitFields {...shared} />
      <section aria-label="Tags and profiles" className="space-y-4">
        <TagsField
          id="field-tags"
          tags={draft.tags}
          error={problems.tags}
          onChange={(tags) => set({ tags })}
        />
        {tool === null ? (
          <ProfileChoice
            chosen={profiles}
            hint="Clients of these profiles see it."
            onChange={(slug, wanted) =>
              setProfiles((all) => [
                ...all.filter((one) => one !== slug),
                ...(wanted ? [slug] : []),
              ])
            }
          />
        ) : (
          <Membership kind="tool" original={tool.name} profiles={tool.profiles} />
        )}
      </section>
    </LocalEditor>
  );
}
