import { useMutation } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { Switch } from "../../components/choice.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { TagChips } from "../../components/tag-chips.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { LocalItem } from "./local-item.ts";

interface LocalRowProps<Item extends LocalItem> {
  item: Item;
  /** What sort of it this is: “GET”, “2 arguments”, “text/markdown”. */
  kind: string;
  /** Of the last 24 hours; null while that is not known. */
  calls: number | null;
  turn: (item: Item, enabled: boolean) => Promise<unknown>;
}

/** One of the gateway's own in its list: what it is, who has it, what is wrong with it. */
export function LocalRow<Item extends LocalItem>({ item, kind, calls, turn }: LocalRowProps<Item>) {
  const { name, tags, enabled, profiles, problem } = item;
  const change = useMutation({ mutationFn: (on: boolean) => turn(item, on) });
  const facts = [
    kind,
    profiles.length === 0 ? "in no profile" : profiles.join(", "),
    calls === null ? null : count(calls, "call"),
  ].filter(Boolean);
  return (
    <div role="presentation" className="flex h-full items-center gap-2 px-3">
      <span role="gridcell" className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <code className="min-w-0 shrink truncate text-text">
            <UntrustedText text={name} />
          </code>
          <TagChips tags={tags} />
        </span>
        {change.error ? (
          <span role="alert" className="block truncate text-meta text-err">
            {problemLine(change.error)}
          </span>
        ) : problem === null ? (
          <span
            title={calls === null ? undefined : "Calls of the last 24 hours"}
            className="block truncate text-meta text-text-2"
          >
            <UntrustedText text={facts.join(" · ")} />
          </span>
        ) : (
          <LocalProblemLine message={problem.message} />
        )}
      </span>
      <span role="gridcell" className="flex">
        <Switch
          label={`${name} on`}
          hideLabel
          checked={enabled}
          disabled={change.isPending}
          onChange={(on) => change.mutate(on)}
        />
      </span>
    </div>
  );
}

/** Why something is not offered, as the one line of a row. */
function LocalProblemLine({ message }: { message: string }) {
  return (
    <span className="flex items-center gap-1 text-meta text-warn">
      <CircleAlert aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
      <span className="truncate">
        <UntrustedText text={message} />
      </span>
    </span>
  );
}
