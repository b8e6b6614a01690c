import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import { classNames } from "./class-names.ts";

interface FieldTexts {
  label: string;
  /** One sentence under the label. */
  hint?: ReactNode;
  /** What is wrong with it and how to mend it; announced with the field. */
  error?: string | null;
  /** Hides the label from sight where what stands beside the field says the same. */
  hideLabel?: boolean;
}

const CONTROL =
  "w-full rounded-control border border-border-strong bg-surface px-2.5 text-body text-text disabled:bg-sunken disabled:text-text-3 aria-invalid:border-err";

function Frame({
  id,
  label,
  hint,
  error,
  hideLabel,
  children,
}: FieldTexts & { id: string; children: ReactNode }) {
  return (
    <div className="space-y-1">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "block font-medium"}>
        {label}
      </label>
      {hint ? (
        <div id={`${id}-hint`} className="text-meta text-text-2">
          {hint}
        </div>
      ) : null}
      {children}
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-meta text-err">
          {error}
        </p>
      ) : null}
    </div>
  );
}

const describedBy = (id: string, { hint, error }: Pick<FieldTexts, "hint" | "error">) =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;

type TextFieldProps = FieldTexts &
  InputHTMLAttributes<HTMLInputElement> & { mono?: boolean; ref?: Ref<HTMLInputElement> };

export function TextField({
  label,
  hint,
  error,
  hideLabel,
  mono,
  className,
  ...rest
}: TextFieldProps) {
  const own = useId();
  const id = rest.id ?? own;
  return (
    <Frame id={id} label={label} hint={hint} error={error} hideLabel={hideLabel}>
      <input
        spellCheck={false}
        autoComplete="off"
        {...rest}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        className={classNames(CONTROL, "h-8", mono && "font-mono", className)}
      />
    </Frame>
  );
}

type TextAreaProps = FieldTexts &
  TextareaHTMLAttributes<HTMLTextAreaElement> & { mono?: boolean; ref?: Ref<HTMLTextAreaElement> };

export function TextArea({
  label,
  hint,
  error,
  hideLabel,
  mono,
  className,
  ...rest
}: TextAreaProps) {
  const own = useId();
  const id = rest.id ?? own;
  return (
    <Frame id={id} label={label} hint={hint} error={error} hideLabel={hideLabel}>
      <textarea
        spellCheck={false}
        {...rest}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        className={classNames(CONTROL, "min-h-20 resize-y py-1.5", mono && "font-mono", className)}
      />
    </Frame>
  );
}
