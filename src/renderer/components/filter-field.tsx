import { Search, X } from "lucide-react";
import { IconButton } from "./button.tsx";

interface FilterFieldProps {
  /** “Filter servers”. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
}

/** Narrows the list below it. ⌘F and / go here. */
export function FilterField({ label, value, onChange, placeholder = "Filter" }: FilterFieldProps) {
  return (
    <div className="relative flex w-60 items-center">
      <Search aria-hidden size={16} strokeWidth={1.75} className="absolute left-2 text-text-3" />
      <input
        type="text"
        role="searchbox"
        data-filter
        aria-label={label}
        placeholder={placeholder}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "") return;
          event.stopPropagation();
          onChange("");
        }}
        className="h-7 w-full rounded-control border border-border-strong bg-surface pr-7 pl-8"
      />
      {value === "" ? null : (
        <IconButton
          icon={X}
          label="Clear filter"
          className="absolute right-0"
          onClick={() => onChange("")}
        />
      )}
    </div>
  );
}
