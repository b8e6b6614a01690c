import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import { useId } from "react";
import { classNames } from "./class-names.ts";

interface RadioItem<Value extends string> {
  value: Value;
  label: string;
  /** One sentence: what it does. */
  hint?: string;
}

interface RadioListProps<Value extends string> {
  label: string;
  value: Value;
  items: readonly RadioItem<Value>[];
  onChange: (value: Value) => void;
  /** Side by side, with hints as tooltips; otherwise one a line, with hints below. */
  inline?: boolean;
  disabled?: boolean;
}

/** One of a few, all of them in sight. */
export function RadioList<Value extends string>({
  label,
  value,
  items,
  onChange,
  inline = false,
  disabled,
}: RadioListProps<Value>) {
  const id = useId();
  return (
    <div className={inline ? "flex flex-wrap items-center gap-x-3 gap-y-1" : "space-y-1"}>
      <span id={id} className="font-medium">
        {label}
      </span>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        disabled={disabled}
        onValueChange={(next) => onChange(next)}
        className={inline ? "flex flex-wrap gap-x-3" : "space-y-1"}
      >
        {items.map((item) => (
          <RadioRow key={item.value} item={item} name={`${id}-${item.value}`} inline={inline} />
        ))}
      </RadioGroup>
    </div>
  );
}

interface RadioRowProps {
  item: RadioItem<string>;
  name: string;
  inline: boolean;
}

function RadioRow({ item: { value, label, hint }, name, inline }: RadioRowProps) {
  const showsHint = hint !== undefined && !inline;
  return (
    <div className="flex items-start gap-1">
      <Radio.Root
        value={value}
        aria-labelledby={`${name}-label`}
        aria-describedby={showsHint ? `${name}-hint` : undefined}
        id={name}
        className="group inline-flex hit-24 shrink-0 items-center justify-center rounded-full"
      >
        <span
          aria-hidden
          className="inline-flex size-4 items-center justify-center rounded-full border border-border-strong bg-surface group-data-checked:border-transparent group-data-checked:bg-accent"
        >
          <Radio.Indicator className="size-1.5 rounded-full bg-white" />
        </span>
      </Radio.Root>
      <div className={classNames("min-w-0", !inline && "pt-0.5")}>
        <label
          id={`${name}-label`}
          htmlFor={name}
          title={inline ? hint : undefined}
          className={inline ? "leading-6" : undefined}
        >
          {label}
        </label>
        {showsHint ? (
          <p id={`${name}-hint`} className="text-meta text-text-2">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}
