import type { ServerView } from "@local-mcp/contract";
import { Checkbox } from "../../components/choice.tsx";
import { StateBadge } from "../../components/state-badge.tsx";

interface ServerChoiceProps {
  servers: readonly ServerView[];
  /** By name. */
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

/** Which of these servers. */
export function ServerChoice({ servers, chosen, onChange }: ServerChoiceProps) {
  const all = servers.every(({ name }) => chosen.has(name));
  const toggle = (name: string, wanted: boolean): void => {
    const next = new Set(chosen);
    if (wanted) next.add(name);
    else next.delete(name);
    onChange(next);
  };
  return (
    <fieldset className="space-y-1">
      <legend className="font-medium">Servers</legend>
      {servers.length > 1 ? (
        <Checkbox
          label="All servers"
          checked={all}
          mixed={!all && chosen.size > 0}
          onChange={(wanted) => onChange(new Set(wanted ? servers.map(({ name }) => name) : []))}
        />
      ) : null}
      <ul className="max-h-60 divide-y divide-border overflow-y-auto rounded-panel border border-border">
        {servers.map(({ id, name, title, status }) => (
          <li key={id} className="flex min-h-9 items-center gap-3 px-2">
            <span className="min-w-0 flex-1 truncate">
              <Checkbox
                label={title}
                checked={chosen.has(name)}
                onChange={(wanted) => toggle(name, wanted)}
              />
            </span>
            <StateBadge state={status.state} />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
