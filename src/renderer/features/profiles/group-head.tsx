import { Checkbox } from "../../components/choice.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { TroubleLine } from "../servers/trouble-block.tsx";
import { ChangesLine } from "../tool-changes/changes-line.tsx";
import { hasChanges, isInTrouble, type ServerGroup } from "./capability-rows.ts";

interface GroupHeadProps {
  group: ServerGroup;
  tabIndex: number;
  /** Everything of it that is shown. */
  onSwitch: (enabled: boolean) => void;
}

/** A server among what it offers: how much is on, and what is wrong with it. */
export function GroupHead({ group, tabIndex, onSwitch }: GroupHeadProps) {
  const { title, view, on, total, items } = group;
  const shownOn = items.filter(({ enabled }) => enabled).length;
  const trouble =
    view !== null && isInTrouble(group) ? (
      <div className="w-full pl-8">
        <TroubleLine server={view} />
      </div>
    ) : null;
  const changes =
    view !== null && hasChanges(group) ? (
      <div className="w-full pl-8">
        <ChangesLine server={view} />
      </div>
    ) : null;
  if (items.length === 0) {
    return (
      <div className="min-h-11 bg-sunken px-2 py-1">
        <h3 className="sr-only">
          <UntrustedText text={title} />
        </h3>
        {trouble}
        {changes}
      </div>
    );
  }
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-2 bg-sunken px-2 py-1">
      <Checkbox
        label={`Everything shown of ${title}`}
        hideLabel
        tabIndex={tabIndex}
        checked={shownOn === items.length}
        mixed={shownOn > 0 && shownOn < items.length}
        onChange={onSwitch}
      />
      <h3 className="min-w-0 truncate font-semibold">
        <UntrustedText text={title} />
      </h3>
      <span className="text-meta whitespace-nowrap text-text-2 tabular-nums">
        {on} of {total} on
        {trouble && view?.status.listedAt ? `, as of ${clockTime(view.status.listedAt)}` : null}
      </span>
      {trouble}
      {changes}
    </div>
  );
}
