import type { ResourceView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/choice.tsx";
import { CodeArea } from "../../components/code-area.tsx";
import { TextField } from "../../components/field.tsx";
import { sizeText } from "../../components/size.ts";
import type { FieldProblems } from "../local/field-problems.ts";
import { rootTitle } from "../roots/root-order.ts";
import { type ContentKind, isTemplate, readBytes, type ResourceDraft } from "./resource-draft.ts";

interface ContentFieldsProps {
  draft: ResourceDraft;
  /** Null while it is not stored yet. */
  stored: ResourceView | null;
  problems: FieldProblems;
  onChange: (part: Partial<ResourceDraft>) => void;
  onRoots: () => void;
}

const KINDS: { value: ContentKind; label: string }[] = [
  { value: "text", label: "Text, stored here" },
  { value: "binary", label: "Bytes of a file, stored here" },
  { value: "file", label: "File in a root, read when asked for" },
];

/** What is in a resource, or where it is read from. */
export function ContentFields(props: ContentFieldsProps) {
  const { draft, problems, onChange } = props;
  return (
    <fieldset className="space-y-3">
      <legend className="sr-only">Content</legend>
      <Select
        label="Content"
        value={draft.kind}
        options={KINDS}
        onChange={(kind) => onChange({ kind })}
      />
      {draft.kind === "text" ? (
        <CodeArea
          id="field-content.text"
          label="Text"
          hint={isTemplate(draft.uri) ? TEMPLATE_HINT : undefined}
          error={problems["content.text"] ?? problems["content"]}
          value={draft.text}
          onChange={(text) => onChange({ text })}
        />
      ) : draft.kind === "binary" ? (
        <BytesField {...props} />
      ) : (
        <FileFields {...props} />
      )}
    </fieldset>
  );
}

const TEMPLATE_HINT = "Jinja: what clients fill in has the name that it has in the URI.";

/** A file that is chosen, or dropped here, and stored as it is. */
function BytesField({ draft, stored, problems, onChange }: ContentFieldsProps) {
  const id = useId();
  const chooser = useRef<HTMLInputElement>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const error = problems["content.base64"] ?? problems["content"] ?? unreadable;
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      onChange({ bytes: await readBytes(file) });
      setUnreadable(null);
    } catch {
      setUnreadable(`“${file.name}” could not be read. It may have been moved; choose it again.`);
    }
  };
  const kept = stored?.content.kind === "binary" ? stored.content : null;
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- “Choose file…” does the same
    <div
      className="space-y-2 rounded-panel border border-dashed border-border-strong p-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer.files[0]);
      }}
    >
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 break-all">
          {draft.bytes ? (
            <>
              {draft.bytes.name} · {sizeText(draft.bytes.size)}
            </>
          ) : kept ? (
            `Stored · ${sizeText(kept.bytes)}`
          ) : (
            <span className="text-text-2">Drop a file here, or choose one. 10 MiB at most.</span>
          )}
        </span>
        <Button
          id="field-content.base64"
          aria-describedby={error ? `${id}-error` : undefined}
          onClick={() => chooser.current?.click()}
        >
          {kept && !draft.bytes ? "Choose another file…" : "Choose file…"}
        </Button>
        {draft.bytes ? (
          <Button kind="quiet" onClick={() => onChange({ bytes: null })}>
            {kept ? "Keep stored" : "Remove"}
          </Button>
        ) : null}
      </div>
      <Hash of={draft.bytes?.sha256 ?? kept?.sha256 ?? ""} />
      <input
        ref={chooser}
        type="file"
        aria-label="File"
        hidden
        onChange={({ currentTarget }) => {
          void take(currentTarget.files?.[0]);
          // So that the same file can be chosen once more.
          currentTarget.value = "";
        }}
      />
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-meta text-err">
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** A SHA-256; nothing where there is none. */
export function Hash({ of }: { of: string }) {
  return of === "" ? null : (
    <p className="text-meta break-all text-text-2">
      SHA-256 <code>{of}</code>
    </p>
  );
}

/** A root, and the path of a file from there. */
function FileFields({ draft, stored, problems, onChange, onRoots }: ContentFieldsProps) {
  const id = useId();
  const { data: roots } = useQuery(api.roots.list.queryOptions());
  const folders = (roots ?? []).filter(({ uri }) => /^file:/i.test(uri));
  const isGone = stored?.content.kind === "file" && stored.content.root === null;
  const error =
    problems["content.root"] ??
    (isGone && draft.root === "" ? "The root that it was in is gone. Choose another." : null);
  return (
    <>
      <div className="space-y-1">
        <div className="flex items-end gap-2">
          <Select
            id="field-content.root"
            className="min-w-0 flex-1"
            label="Root"
            placeholder={folders.length === 0 ? "There is no folder among the roots" : "Choose…"}
            disabled={folders.length === 0}
            describedBy={error ? `${id}-error` : undefined}
            value={draft.root === "" ? null : draft.root}
            options={folders.map((root) => ({
              value: root.id,
              label: rootTitle(root),
              ...(root.enabled ? {} : { note: "off" }),
            }))}
            onChange={(root) => onChange({ root })}
          />
          <Button onClick={onRoots}>Roots…</Button>
        </div>
        {error ? (
          <p id={`${id}-error`} role="alert" className="text-meta text-err">
            {error}
          </p>
        ) : null}
      </div>
      <TextField
        id="field-content.path"
        label="Path"
        mono
        hint={
          isTemplate(draft.uri)
            ? "From the folder of the root. {name} stands for what clients fill in there."
            : "From the folder of the root."
        }
        placeholder="notes/today.md"
        error={problems["content.path"] ?? problems["content"]}
        value={draft.path}
        onChange={(event) => onChange({ path: event.target.value })}
      />
    </>
  );
}
