import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Select as BaseSelect } from "@base-ui/react/select";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Check, ChevronDown, Minus } from "lucide-react";
import { useId } from "react";
import { classNames } from "./class-names.ts";
import { layer } from "./layer.ts";

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  /** Where the thing it turns on stands beside it already. */
  hideLabel?: boolean;
}

/** On or off, saved at once. */
export function Switch({ label, checked, onChange, disabled, hideLabel }: SwitchProps) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2">
      <label htmlFor={id} className={hideLabel ? "sr-only" : undefined}>
        {label}
      </label>
      <BaseSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        className="relative inline-flex h-6 w-9 shrink-0 items-center rounded-full"
      >
        <span
          aria-hidden
          className={classNames(
            "absolute inset-x-0 h-4.5 rounded-full border border-border-strong transition-colors",
            checked ? "bg-accent" : "bg-surface",
          )}
        />
        <BaseSwitch.Thumb
          className={classNames(
            "relative block size-3 rounded-full transition-transform",
            checked ? "translate-x-5 bg-white" : "translate-x-1 bg-border-strong",
          )}
        />
      </BaseSwitch.Root>
    </span>
  );
}

interface CheckboxProps {
  label: string;
  checked: boolean;
  /** Some of what it stands for. */
  mixed?: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  hideLabel?: boolean;
  /** -1 where a list is one stop of the Tab key and arrow keys move within it. */
  tabIndex?: number;
}

export function Checkbox({
  label,
  checked,
  mixed,
  onChange,
  disabled,
  hideLabel,
  tabIndex,
}: CheckboxProps) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-1">
      <BaseCheckbox.Root
        id={id}
        checked={checked}
        indeterminate={mixed}
        // Given as undefined it would take the checkbox out of the order of Tab.
        {...(tabIndex !== undefined && { tabIndex })}
        onCheckedChange={onChange}
        disabled={disabled}
        className="inline-flex hit-24 items-center justify-center rounded-chip"
      >
        <span
          aria-hidden
          className={classNames(
            "inline-flex size-4 items-center justify-center rounded-chip border",
            checked || mixed
              ? "border-transparent bg-accent text-white"
              : "border-border-strong bg-surface",
          )}
        >
          {mixed ? (
            <Minus size={12} strokeWidth={3} />
          ) : checked ? (
            <Check size={12} strokeWidth={3} />
          ) : null}
        </span>
      </BaseCheckbox.Root>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "pr-1"}>
        {label}
      </label>
    </span>
  );
}

interface Option<Value extends string> {
  value: Value;
  label: string;
  /** A quiet word behind the label. */
  note?: string;
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value | null;
  options: Option<Value>[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
  disabled?: boolean;
  /** Shown while nothing is chosen. */
  placeholder?: string;
  size?: "control" | "toolbar";
  className?: string;
  /** Of the control, so that it can be given the focus. */
  id?: string;
  /** Ids of the texts that explain it or say what is wrong with it. */
  describedBy?: string;
}

export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  hideLabel,
  disabled,
  placeholder = "Choose…",
  size = "control",
  className,
  id: controlId,
  describedBy,
}: SelectProps<Value>) {
  const id = useId();
  const shown = options.find((option) => option.value === value)?.label ?? placeholder;
  return (
    <div className={classNames("flex flex-col gap-1", className)}>
      <span id={id} className={hideLabel ? "sr-only" : "block font-medium"}>
        {label}
      </span>
      <BaseSelect.Root
        value={value}
        disabled={disabled}
        onValueChange={(next) => {
          if (next !== null) onChange(next);
        }}
      >
        <BaseSelect.Trigger
          id={controlId}
          aria-labelledby={id}
          aria-describedby={describedBy}
          className={classNames(
            "flex w-full items-center gap-2 rounded-control border border-border-strong bg-surface px-2.5 text-left text-body disabled:bg-sunken disabled:text-text-3",
            size === "control" ? "h-8" : "h-7",
          )}
        >
          <span className="min-w-0 flex-1 truncate">{shown}</span>
          <ChevronDown aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
        </BaseSelect.Trigger>
        <BaseSelect.Portal container={layer}>
          {/* Whole, where the select's own has a hole for its trigger: what lies behind is inert. */}
          <BaseSelect.Backdrop className="fixed inset-0" />
          <BaseSelect.Positioner
            positionMethod="fixed"
            sideOffset={4}
            alignItemWithTrigger={false}
            className="outline-none"
          >
            <BaseSelect.Popup
              aria-labelledby={id}
              className="hidden-scrollbar max-h-80 min-w-(--anchor-width) overflow-y-auto rounded-panel border border-border bg-raised p-1 shadow-raised outline-none"
            >
              {options.map((option) => (
                <BaseSelect.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-7 items-center gap-2 rounded-chip px-2 py-1 data-highlighted:bg-accent-soft"
                >
                  <span aria-hidden className="w-4">
                    {option.value === value ? <Check size={16} strokeWidth={1.75} /> : null}
                  </span>
                  <BaseSelect.ItemText className="flex-1">{option.label}</BaseSelect.ItemText>
                  {option.note ? (
                    <span className="text-meta text-text-2">{option.note}</span>
                  ) : null}
                </BaseSelect.Item>
              ))}
            </BaseSelect.Popup>
          </BaseSelect.Positioner>
        </BaseSelect.Portal>
      </BaseSelect.Root>
    </div>
  );
}
