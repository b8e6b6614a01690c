import type { ClientKind, ClientSnippet } from "@local-mcp/contract";
import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";

interface ClientPickerProps {
  snippets: ClientSnippet[];
  current: ClientKind;
  onChoose: (client: ClientKind) => void;
}

/** Which client it is. Those that were found on this computer say so. */
export function ClientPicker({ snippets, current, onChoose }: ClientPickerProps) {
  return (
    <RadioGroup
      aria-label="Client"
      value={current}
      onValueChange={onChoose}
      className="flex flex-wrap gap-2"
    >
      {snippets.map(({ client, title, installed }) => (
        <Radio.Root
          key={client}
          value={client}
          className="inline-flex h-8 items-center gap-1.5 rounded-control border border-border-strong bg-surface px-3 font-medium data-checked:border-accent data-checked:bg-accent-soft data-checked:text-accent-text"
        >
          {title}
          {installed ? <span className="text-meta font-normal text-text-2">found here</span> : null}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
