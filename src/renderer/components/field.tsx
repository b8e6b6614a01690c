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

/** Splits what a field is given into what its frame shows and what its control is. */
function useField<Rest extends { id?: string; className?: string }>(
  {
    label,
    hint,
    error,
    hideLabel,
    mono,
    className,
    ...rest
  }: FieldTexts & { mono?: boolean } & Rest,
  look: string,
) {
  const own = useId();
  const id = rest.id ?? own;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return {
    frame: { id, label, hint, error, hideLabel },
    control: {
      spellCheck: false,
      ...rest,
      id,
      "aria-invalid": error ? true : undefined,
      "aria-describedby": described || undefined,
      className: classNames(CONTROL, look, mono && "font-mono", className),
    },
  };
}

type TextFieldProps = FieldTexts &
  InputHTMLAttributes<HTMLInputElement> & { mono?: boolean; ref?: Ref<HTMLInputElement> };

export function TextField(props: TextFieldProps) {
  const { frame, control } = useField(props, "h-8");
  return (
    <Frame {...frame}>
      <input autoComplete="off" {...control} />
    </Frame>
  );
}

type TextAreaProps = FieldTexts &
  TextareaHTMLAttributes<HTMLTextAreaElement> & { mono?: boolean; ref?: Ref<HTMLTextAreaElement> };

export function TextArea(props: TextAreaProps) {
  const { frame, control } = useField(props, "min-h-20 resize-y py-1.5");
  return (
    <Frame {...frame}>
      <textarea {...control} />
    </Frame>
  );
}
