import type { ResourceView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, queryClient } from "../../app/api.ts";
import { TextField } from "../../components/field.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { listed } from "../../components/time.ts";
import { CommonFields } from "../local/common-fields.tsx";
import { fieldProblems, type FieldProblems, focusFirst } from "../local/field-problems.ts";
import { keepItem } from "../local/keep-item.ts";
import { LocalEditor } from "../local/local-editor.tsx";
import { ContentFields } from "./content-fields.tsx";
import {
  changesOf,
  draftOf,
  EMPTY,
  isTemplate,
  problemsOf,
  type ResourceDraft,
  type StoredResource,
  variablesOf,
} from "./resource-draft.ts";
import { ResourcePreview } from "./resource-preview.tsx";

/** What is stored of a resource, as it was written. */
const sourceOf = (id: string) => api.resources.source.queryOptions({ input: { resource: id } });

interface ResourceEditorProps {
  /** Null for a new one. */
  resource: ResourceView | null;
  onDelete: () => void;
  /** Shows the roots that files can be in. */
  onRoots: () => void;
}

/** A resource with its content, once that has been read. */
export function ResourceEditor({ resource, onDelete, onRoots }: ResourceEditorProps) {
  const source = useQuery({
    ...sourceOf(resource?.id ?? ""),
    enabled: resource?.content.kind === "text",
    gcTime: 0,
  });
  if (resource === null) return <Editor stored={null} onDelete={onDelete} onRoots={onRoots} />;
  if (resource.content.kind !== "text") {
    return <Editor stored={{ view: resource, text: "" }} onDelete={onDelete} onRoots={onRoots} />;
  }
  if (source.data?.kind === "text") {
    return (
      <Editor
        stored={{ view: resource, text: source.data.text }}
        onDelete={onDelete}
        onRoots={onRoots}
      />
    );
  }
  return source.error ? (
    <ProblemView
      what={`The text of “${resource.name}” could not be read.`}
      error={source.error}
      onRetry={() => void source.refetch()}
    />
  ) : (
    <SkeletonRows label="Reading the text" rows={4} />
  );
}

interface EditorProps extends Omit<ResourceEditorProps, "resource"> {
  stored: StoredResource | null;
}

function Editor({ stored, onDelete, onRoots }: EditorProps) {
  const view = stored?.view ?? null;
  const [edits, setEdits] = useState<Partial<ResourceDraft>>({});
  const [profiles, setProfiles] = useState<readonly string[]>([]);
  const [problems, setProblems] = useState<FieldProblems>({});
  const draft = { ...(stored === null ? EMPTY : draftOf(stored)), ...edits };
  const changes = changesOf(draft, stored);
  const count = Object.keys(changes).length;
  const variables = variablesOf(draft.uri);
  const set = (part: Partial<ResourceDraft>): void =>
    setEdits((before) => ({ ...before, ...part }));
  const clean = (): void => {
    setEdits({});
    setProfiles([]);
    setProblems({});
  };
  const store = (): Promise<ResourceView> => {
    if (view !== null) return client.resources.update({ resource: view.id, changes });
    const { uri = "", content = { kind: "text" as const, text: "" }, ...others } = changes;
    return client.resources.create({ ...others, uri, content, profiles: [...profiles] });
  };
  const save = useMutation({
    mutationFn: async () => {
      const found = problemsOf(draft, stored);
      setProblems(found);
      if (Object.keys(found).length > 0) {
        focusFirst(found);
        return;
      }
      const saved = await store();
      if (draft.kind === "text") {
        const source = { kind: "text" as const, text: draft.text };
        queryClient.setQueryData(sourceOf(saved.id).queryKey, () => source);
      }
      keepItem(saved, {
        page: "resources",
        list: api.resources.list.queryKey(),
        isNew: view === null,
        clean,
      });
    },
    onError: (error) => {
      const found = fieldProblems(error, FIELDS);
      if (found === null) return;
      setProblems(found);
      focusFirst(found);
    },
  });
  const unplaced = save.error && Object.keys(problems).length === 0 ? save.error : null;

  return (
    <LocalEditor
      one="resource"
      item={view}
      changes={count + (view === null && profiles.length > 0 ? 1 : 0)}
      saving={save.isPending}
      onSave={() => save.mutate()}
      onDiscard={() => {
        clean();
        save.reset();
      }}
      turn={(enabled) =>
        client.resources.update({ resource: view?.id ?? "", changes: { enabled } })
      }
      onDelete={onDelete}
      aside={view === null ? null : <ResourcePreview resource={view} isChanged={count > 0} />}
    >
      <div className="space-y-4">
        <TextField
          id="field-uri"
          label="URI"
          mono
          hint={
            variables.length > 0
              ? `A template: clients fill in ${listed(variables)}.`
              : isTemplate(draft.uri)
                ? "A template: what clients fill in stands in braces."
                : "With {name} in it, it is a template that clients fill in."
          }
          placeholder="notes://today"
          maxLength={2048}
          error={problems["uri"]}
          value={draft.uri}
          onChange={(event) => set({ uri: event.target.value })}
        />
        <TextField
          id="field-name"
          label="Name"
          placeholder={view === null ? "The end of its URI" : undefined}
          maxLength={200}
          error={problems["name"]}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <ContentFields
          draft={draft}
          stored={view}
          problems={problems}
          onChange={set}
          onRoots={onRoots}
        />
        <TextField
          id="field-mimeType"
          label="MIME type"
          mono
          hint="What kind of content it is. Left empty, it is told from the content."
          placeholder="text/markdown"
          error={problems["mimeType"]}
          value={draft.mimeType}
          onChange={(event) => set({ mimeType: event.target.value })}
        />
        <CommonFields
          kind="resource"
          draft={draft}
          problems={problems}
          onChange={set}
          stored={view && { original: view.uri, profiles: view.profiles }}
          chosen={profiles}
          onChosen={setProfiles}
          error={unplaced}
        />
      </div>
    </LocalEditor>
  );
}

const FIELDS = ["uri", "name", "title", "description", "mimeType", "content", "tags"];
