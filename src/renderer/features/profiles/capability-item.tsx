import type { CapabilityView } from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { classNames } from "../../components/class-names.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import {
  changesData,
  estimatedTokens,
  isEdited,
  isInTrouble,
  isLocal,
  type ServerGroup,
  whyRenamed,
} from "./capability-rows.ts";
import { aboutTokens } from "./texts.ts";

interface CapabilityItemProps {
  item: CapabilityView;
  group: ServerGroup;
  capabilities: readonly CapabilityView[];
  titleOf: (server: string) => string;
  tabIndex: number;
  onSwitch: (enabled: boolean) => void;
  onEdit: () => void;
}

/** One tool, prompt or resource of a profile. */
export function CapabilityItem({
  item,
  group,
  capabilities,
  titleOf,
  tabIndex,
  onSwitch,
  onEdit,
}: CapabilityItemProps) {
  const { kind, name, original, description, title, enabled, heldBack } = item;
  const isThere = !isInTrouble(group);
  const marks = [isEdited(item) && "edited", changesData(item) && "changes data"].filter(
    (mark) => mark !== false,
  );
  const why = whyRenamed(item, capabilities, titleOf);
  const held = heldBack ? "held back until you accept what changed" : null;
  const about = [held, why, kind === "resource" ? title : null, description]
    .filter(Boolean)
    .join(" · ");
  return (
    <div className="flex min-h-13 items-center gap-2 px-2 py-1">
      <Checkbox
        label={`${name}, ${group.title}`}
        hideLabel
        checked={enabled}
        tabIndex={tabIndex}
        onChange={onSwitch}
      />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-baseline gap-2">
          <span
            className={classNames(
              "min-w-0 truncate font-mono text-meta",
              (!isThere || !enabled || heldBack) && "text-text-2",
            )}
          >
            {name === original ? null : (
              <>
                <UntrustedText text={original} /> <span aria-label="is shown as">→</span>{" "}
              </>
            )}
            <UntrustedText text={name} />
          </span>
          {marks.map((mark) => (
            <span key={mark} className="text-meta whitespace-nowrap text-text-2">
              {mark}
            </span>
          ))}
        </div>
        {about === "" ? null : (
          <p className="truncate text-meta text-text-2">
            <UntrustedText text={about} />
          </p>
        )}
      </div>
      {kind === "tool" ? (
        <span className="text-meta whitespace-nowrap text-text-2 tabular-nums">
          {aboutTokens(estimatedTokens(item))}
        </span>
      ) : null}
      {kind === "tool" || isLocal(item) ? (
        <Button
          kind="quiet"
          size="toolbar"
          tabIndex={tabIndex}
          aria-label={`Edit ${name} of ${group.title}…`}
          onClick={onEdit}
        >
          Edit…
        </Button>
      ) : null}
    </div>
  );
}
