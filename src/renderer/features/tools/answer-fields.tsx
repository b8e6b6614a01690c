import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { Checkbox, Select } from "../../components/choice.tsx";
import { CodeArea } from "../../components/code-area.tsx";
import { TextField } from "../../components/field.tsx";
import { readObject } from "../../components/json-text.ts";
import { shownAmount } from "./amounts.ts";
import type { ToolFieldsProps } from "./request-fields.tsx";
import type { Effect } from "./tool-draft.ts";

/** What becomes of the answer. */
export function OutputFields({ draft, problems, set }: ToolFieldsProps) {
  return (
    <section aria-labelledby="tool-output" className="space-y-3">
      <h3 id="tool-output" className="text-field font-semibold">
        Output
      </h3>
      <TextField
        id="field-responseFilter"
        label="Output filter"
        hint="A JMESPath expression for JSON answers, such as items[].name. Empty keeps all of it."
        mono
        error={problems.responseFilter}
        value={draft.responseFilter}
        onChange={(event) => set({ responseFilter: event.target.value })}
      />
      <CodeArea
        id="field-outputSchema"
        label="Output schema"
        hint="JSON Schema of what is left. Empty: the answer is text."
        rows={4}
        value={draft.outputSchema}
        error={problems.outputSchema}
        errorLine={problems.outputSchema ? readObject(draft.outputSchema).line : null}
        onChange={(outputSchema) => set({ outputSchema })}
      />
    </section>
  );
}

const EFFECTS: { value: Effect; label: string }[] = [
  { value: "unsaid", label: "Nothing" },
  { value: "reads", label: "Only reads" },
  { value: "changes", label: "Changes data" },
  { value: "destroys", label: "Changes or deletes data for good" },
];

/** How far it may go: time, size, network, and what clients are told of it. */
export function LimitFields({ draft, problems, set }: ToolFieldsProps) {
  const { data: settings } = useQuery(api.settings.list.queryOptions());
  const asInSettings = (unit: "seconds" | "MB", wanted: string): string | undefined => {
    const value = settings?.find(({ key }) => key === wanted)?.value;
    return typeof value === "number" ? `as in Settings (${shownAmount(unit, value)})` : undefined;
  };
  return (
    <section aria-labelledby="tool-limits" className="space-y-3">
      <h3 id="tool-limits" className="text-field font-semibold">
        Limits
      </h3>
      <div className="grid grid-cols-2 gap-3 max-stack:grid-cols-1">
        <TextField
          id="field-timeoutMs"
          label="Time for an answer (seconds)"
          placeholder={asInSettings("seconds", "callTimeoutMs")}
          error={problems.timeoutMs}
          value={draft.timeout}
          onChange={(event) => set({ timeout: event.target.value })}
        />
        <TextField
          id="field-maxResponseBytes"
          label="Largest answer (MB)"
          placeholder={asInSettings("MB", "maxResponseBytes")}
          error={problems.maxResponseBytes}
          value={draft.maxResponse}
          onChange={(event) => set({ maxResponse: event.target.value })}
        />
      </div>
      <Select
        label="What clients are told that it does"
        value={draft.effect}
        options={EFFECTS}
        onChange={(effect) => set({ effect })}
      />
      <PrivateNetwork
        id="field-allowPrivateNetwork"
        checked={draft.allowPrivateNetwork}
        error={problems.allowPrivateNetwork}
        onChange={(allowPrivateNetwork) => set({ allowPrivateNetwork })}
      />
    </section>
  );
}

interface PrivateNetworkProps {
  id: string;
  checked: boolean;
  error?: string | undefined;
  onChange: (checked: boolean) => void;
}

/** Whether a tool may reach what only this computer can. */
export function PrivateNetwork({ id, checked, error, onChange }: PrivateNetworkProps) {
  return (
    <div id={id} tabIndex={-1} className="space-y-1 rounded-panel">
      <Checkbox
        label="May reach this computer and its network"
        checked={checked}
        onChange={onChange}
      />
      <p className="text-meta text-text-2">
        Otherwise it reaches public addresses only, and what runs here stays out of its reach.
      </p>
      {error ? (
        <p role="alert" className="text-meta text-err">
          {error}
        </p>
      ) : null}
    </div>
  );
}
