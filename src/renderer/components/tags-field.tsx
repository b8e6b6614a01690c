import { tag as tagSchema } from "@local-mcp/contract";
import { X } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { announce } from "../app/announce.ts";
import { UntrustedText } from "./untrusted-text.tsx";
import { useKnownTags } from "./use-known-tags.ts";

interface TagsFieldProps {
  /** Of the field that is typed into. */
  id?: string;
  tags: readonly string[];
  error?: string | null;
  onChange: (tags: string[]) => void;
}

/** Tags of one thing: Enter or a comma adds what is typed, Backspace takes the last one away. */
export function TagsField({ id: given, tags, error, onChange }: TagsFieldProps) {
  const own = useId();
  const id = given ?? own;
  const known = useKnownTags();
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const problem = refused ?? error ?? null;

  const add = (): void => {
    const read = tagSchema.safeParse(text);
    if (text.trim() === "") setText("");
    else if (read.success) {
      if (!tags.includes(read.data)) onChange([...tags, read.data]);
      announce(`Added tag ${read.data}.`);
      setText("");
    } else setRefused(read.error.issues[0]?.message ?? "This cannot be a tag.");
  };
  const remove = (gone: string): void => {
    onChange(tags.filter((one) => one !== gone));
    announce(`Removed tag ${gone}.`);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = tags.at(-1);
    if (event.key === "," || (event.key === "Enter" && text.trim() !== "")) {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && last !== undefined) remove(last);
  };

  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        Tags
      </label>
      <div id={`${id}-hint`} className="text-meta text-text-2">
        Enter or a comma adds one. Lists are filtered by them: tag:prod.
      </div>
      <div className="flex min-h-8 flex-wrap items-center gap-1 rounded-control border border-border-strong bg-surface px-1.5 py-0.5 has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-2 has-[input:focus-visible]:outline-focus">
        {tags.map((one) => (
          <span
            key={one}
            className="inline-flex max-w-full items-center rounded-chip border border-border bg-sunken pl-1.5 text-meta"
          >
            <span className="truncate">
              <UntrustedText text={one} />
            </span>
            <button
              type="button"
              aria-label={`Remove tag ${one}`}
              onClick={() => remove(one)}
              className="inline-flex hit-24 items-center justify-center rounded-chip text-text-2 hover:text-text"
            >
              <X aria-hidden size={12} strokeWidth={2} />
            </button>
          </span>
        ))}
        <input
          ref={field}
          id={id}
          list={`${id}-known`}
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? `${id}-hint ${id}-error` : `${id}-hint`}
          onChange={(event) => {
            setText(event.target.value);
            setRefused(null);
          }}
          onKeyDown={onKeyDown}
          onBlur={add}
          className="h-6 min-w-24 flex-1 bg-transparent px-1 outline-none"
        />
        <datalist id={`${id}-known`}>
          {known
            .filter((one) => !tags.includes(one))
            .map((one) => (
              <option key={one} value={one} />
            ))}
        </datalist>
      </div>
      {problem ? (
        <p id={`${id}-error`} role="alert" className="text-meta text-err">
          {problem}
        </p>
      ) : null}
    </div>
  );
}
