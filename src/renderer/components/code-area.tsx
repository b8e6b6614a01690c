import { type ChangeEvent, type Ref, useId, useRef } from "react";

interface CodeAreaProps {
  id?: string;
  label: string;
  hint?: string;
  value: string;
  rows?: number;
  error?: string | null;
  /** From 1; marked beside the text. */
  errorLine?: number | null;
  onChange: (value: string) => void;
  ref?: Ref<HTMLTextAreaElement>;
}

/** A text of many lines in which lines are spoken of by their number. Lines do not wrap. */
export function CodeArea({
  id: given,
  label,
  hint,
  value,
  rows = 12,
  error,
  errorLine,
  onChange,
  ref,
}: CodeAreaProps) {
  const own = useId();
  const id = given ?? own;
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split("\n").length;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      {hint ? (
        <div id={`${id}-hint`} className="text-meta text-text-2">
          {hint}
        </div>
      ) : null}
      <div
        className={`flex overflow-hidden rounded-control border bg-surface has-[textarea:focus-visible]:outline-2 has-[textarea:focus-visible]:outline-offset-2 has-[textarea:focus-visible]:outline-focus ${error ? "border-err" : "border-border-strong"}`}
      >
        <div
          ref={gutter}
          aria-hidden
          className="max-h-full shrink-0 overflow-hidden border-r border-border bg-sunken py-1.5 text-right font-mono text-log text-text-3 select-none [contain:size] [width:3.5ch]"
        >
          {Array.from({ length: lines }, (_, index) => (
            <div
              key={index}
              className={
                index + 1 === errorLine ? "bg-err-soft pr-1 font-semibold text-err" : "pr-1"
              }
            >
              {index + 1}
            </div>
          ))}
        </div>
        <textarea
          ref={ref}
          id={id}
          rows={rows}
          wrap="off"
          spellCheck={false}
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          onChange={(event: ChangeEvent<HTMLTextAreaElement>) => onChange(event.target.value)}
          onScroll={({ currentTarget }) => {
            if (gutter.current) gutter.current.scrollTop = currentTarget.scrollTop;
          }}
          className="min-w-0 flex-1 resize-y bg-transparent px-2.5 py-1.5 font-mono text-log text-text outline-none"
        />
      </div>
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-meta text-err">
          {error}
        </p>
      ) : null}
    </div>
  );
}
