import type {
  CapabilityKind,
  CapabilityView,
  Customization,
  ProfileView,
} from "@local-mcp/contract";
import { ListFilter } from "lucide-react";
import { announce } from "../../app/announce.ts";
import { useParam } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { Menu } from "../../components/menu.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { CapabilityList } from "./capability-list.tsx";
import { rowsOf, type ServerGroup, type Shown, shownOf, switched } from "./capability-rows.ts";
import { pageFilter, pageHeading } from "./focus.ts";
import { useSwitchCapabilities } from "./profile-data.ts";
import { aboutTokens } from "./texts.ts";

const LABELS: Record<CapabilityKind, string> = {
  tool: "Tools by server",
  prompt: "Prompts by server",
  resource: "Resources by server",
};

const SHOWN: { value: Shown; label: string }[] = [
  { value: "all", label: "All" },
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
  { value: "edited", label: "Edited" },
  { value: "held", label: "Held back" },
];

const labelOf = (shown: Shown): string =>
  SHOWN.find(({ value }) => value === shown)?.label.toLowerCase() ?? shown;

interface CapabilitiesPaneProps {
  profile: ProfileView;
  kind: CapabilityKind;
  /** With what the filter leaves. */
  groups: readonly ServerGroup[];
  /** Of every kind; undefined while they have not been read. */
  capabilities: readonly CapabilityView[] | undefined;
  error: unknown;
  onRetry: () => void;
}

/** What clients of a profile see of one kind, to be turned on and off. */
export function CapabilitiesPane({
  profile,
  kind,
  groups,
  capabilities,
  error,
  onRetry,
}: CapabilitiesPaneProps) {
  const [text, setText] = useParam("q");
  const [shownParam, setShown] = useParam("show");
  const shown = shownOf(shownParam);
  const change = useSwitchCapabilities(profile);
  const isFiltered = shown !== "all" || text.trim() !== "";
  const rows = rowsOf(groups, isFiltered);
  const items = groups.flatMap((group) => group.items);
  const on = groups.reduce((sum, group) => sum + group.on, 0);
  const held = groups.reduce((sum, group) => sum + group.held, 0);
  const offersSome = groups.some(({ total }) => total > 0);

  const turn = (changes: readonly Customization[], said: string): void => {
    if (changes.length > 0) change.mutate([...changes], { onSuccess: () => announce(said) });
  };
  const turnShown = (enabled: boolean): void =>
    turn(
      switched(items, enabled),
      `${count(items.length, kind)} turned ${enabled ? "on" : "off"}.`,
    );
  const turnAllOn = (): void => {
    pageHeading()?.focus();
    turn(
      switched(
        (capabilities ?? []).filter((one) => one.kind === kind),
        true,
      ),
      "All tools turned on.",
    );
  };

  return (
    <section
      data-pane
      aria-labelledby="profile-capabilities"
      className="flex h-full min-h-0 min-w-0 flex-col gap-2 pl-1"
    >
      <h2 id="profile-capabilities" className="text-field leading-7 font-semibold">
        {count(on, kind)} on{held > 0 ? `, ${held} of them held back` : null}
        {kind === "tool" ? (
          <span className="font-normal text-text-2">
            {" "}
            · {aboutTokens(profile.estimatedTokens)} tokens (estimate)
          </span>
        ) : null}
      </h2>
      <div className="flex flex-wrap items-center gap-2">
        <FilterField label={`Filter ${kind}s`} value={text} onChange={setText} />
        <Select
          label="Show"
          hideLabel
          size="toolbar"
          value={shown}
          options={SHOWN}
          onChange={(value) => setShown(value === "all" ? "" : value)}
          className="w-24"
        />
        <Menu
          label={`Turn on or off what is shown`}
          trigger={
            <Button size="toolbar" disabled={items.length === 0}>
              Select…
            </Button>
          }
          entries={[
            {
              label: `Turn on all ${items.length} shown`,
              run: () => turnShown(true),
              disabled: items.every(({ enabled }) => enabled) && "are on",
            },
            {
              label: `Turn off all ${items.length} shown`,
              run: () => turnShown(false),
              disabled: items.every(({ enabled }) => !enabled) && "are off",
            },
          ]}
        />
      </div>
      {change.error ? (
        <p role="alert" className="text-meta text-err">
          It is as it was. {problemLine(change.error)}
        </p>
      ) : null}
      {kind === "tool" && offersSome && on === 0 ? (
        <Banner
          level="warn"
          title="Every tool is off: clients see an empty list."
          actions={<Button onClick={turnAllOn}>Turn on all tools</Button>}
        />
      ) : null}
      {error ? (
        <ProblemView what={`The ${kind}s could not be read.`} error={error} onRetry={onRetry} />
      ) : capabilities === undefined ? (
        <SkeletonRows rows={6} label={`Reading the ${kind}s`} />
      ) : rows.length > 0 ? (
        <CapabilityList
          key={kind}
          label={LABELS[kind]}
          profile={profile}
          rows={rows}
          capabilities={capabilities}
          onSwitch={turn}
        />
      ) : isFiltered ? (
        <EmptyState
          icon={ListFilter}
          actions={
            <Button
              onClick={() => {
                setText("");
                setShown("");
                pageFilter()?.focus();
              }}
            >
              Clear filter
            </Button>
          }
        >
          {text.trim() === ""
            ? `No ${kind} is ${labelOf(shown)}.`
            : `No ${kind} matches “${text.trim()}”.`}
        </EmptyState>
      ) : (
        <EmptyState icon={ListFilter}>
          No server of “{profile.name}” offers a {kind}.
        </EmptyState>
      )}
    </section>
  );
}
