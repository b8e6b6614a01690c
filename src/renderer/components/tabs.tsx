import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export interface TabItem {
  id: string;
  label: string;
  /** Behind the label; a fact, never a badge. */
  count?: number;
  content: ReactNode;
}

interface TabsProps {
  label: string;
  current: string;
  onChange: (id: string) => void;
  items: TabItem[];
}

/** Sections of one thing; which one is open belongs into the route. */
export function Tabs({ label, current, onChange, items }: TabsProps) {
  return (
    <Base.Root
      value={current}
      onValueChange={(value) => onChange(String(value))}
      className="flex min-h-0 flex-1 flex-col"
    >
      <Base.List
        aria-label={label}
        className="flex shrink-0 gap-4 overflow-x-auto border-b border-border px-4"
      >
        {items.map(({ id, label: text, count }) => (
          <Base.Tab
            key={id}
            value={id}
            className="h-9 border-b-2 border-transparent whitespace-nowrap text-text-2 -outline-offset-2 data-active:border-accent data-active:font-semibold data-active:text-text"
          >
            {text}
            {count === undefined ? null : <span className="ml-0.5 tabular-nums"> {count}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map(({ id, content }) => (
        <Base.Panel
          key={id}
          value={id}
          className="relative min-h-0 flex-1 scroll-pb-16 overflow-y-auto p-4"
        >
          {content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
