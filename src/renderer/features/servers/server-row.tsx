import type { ServerUsage, ServerView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { routeTo } from "../../app/router.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { Switch } from "../../components/choice.tsx";
import { Menu } from "../../components/menu.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TagChips } from "../../components/tag-chips.tsx";
import { ago, listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { LIKE_ROWS, ROW_MENU } from "../../components/row-list.tsx";
import { serverMenu, turn } from "./server-menu.ts";
import { flagTexts, headline, isWell, primaryRemedy, stateWord, whichTry } from "./trouble.ts";
import { cpuText, memoryText } from "./usage.ts";
import { useRemedies } from "./use-remedies.ts";
import { useNow, useStateClock } from "./use-now.ts";

/** Widths of the columns; the quieter ones leave first when there is no room. */
const COLUMNS =
  "grid h-full items-center gap-x-3 px-4 grid-cols-[124px_minmax(120px,1fr)_148px_36px_28px] @min-[820px]:grid-cols-[124px_minmax(160px,1fr)_40px_40px_80px_148px_36px_28px] @min-[1000px]:grid-cols-[124px_minmax(160px,1fr)_40px_40px_80px_112px_148px_36px_28px] @min-[1100px]:grid-cols-[124px_minmax(160px,1fr)_40px_40px_80px_112px_84px_148px_36px_28px]";

const FROM_820 = "hidden @min-[820px]:flex";
const FROM_1000 = "hidden @min-[1000px]:flex";
const FROM_1100 = "hidden @min-[1100px]:flex";

export function ServerListHead() {
  return (
    <div
      role="rowgroup"
      className={`h-9 shrink-0 border-b border-border bg-sunken text-meta text-text-2 ${LIKE_ROWS}`}
    >
      <div role="row" aria-rowindex={1} className={COLUMNS}>
        <span role="columnheader">State</span>
        <span role="columnheader">Server</span>
        <span role="columnheader" className={FROM_820}>
          Type
        </span>
        <span role="columnheader" className={`${FROM_820} justify-end`}>
          Tools
        </span>
        <span role="columnheader" className={`${FROM_820} justify-end`}>
          Memory, CPU
        </span>
        <span role="columnheader" className={FROM_1000}>
          Profiles
        </span>
        <span role="columnheader" className={FROM_1100}>
          Since
        </span>
        <span role="columnheader">
          <span className="sr-only">What to do</span>
        </span>
        <span role="columnheader">On</span>
        <span role="columnheader">
          <span className="sr-only">More</span>
        </span>
      </div>
    </div>
  );
}

interface ServerRowProps {
  server: ServerView;
  /** Of its processes; undefined where it has none on this computer. */
  usage: ServerUsage | undefined;
  onDelete: () => void;
}

/** The cells of one server in the list. */
export function ServerRow({ server, usage, onDelete }: ServerRowProps) {
  const { id, title, name, config, counts, profiles, status, tags } = server;
  const now = useStateClock(status.state);
  const minute = useNow(30_000);
  const remedies = useRemedies(server);
  const change = useMutation({ mutationFn: (run: () => Promise<unknown>) => run() });
  const failure = change.error ?? remedies.error;
  // The vault is asked for once, above the list, and not in each row.
  const remedy = status.state === "locked" ? null : primaryRemedy(server, now);
  const turnedOn = remedy?.code === "turn_on";
  const flags = flagTexts(status, now);
  const attempt = whichTry(status);
  const trouble = attempt === null ? headline(server) : `${headline(server)} Try ${attempt}.`;
  const membership = profiles.length === 0 ? "" : ` · in ${listed(profiles)}`;
  return (
    <div role="presentation" className={COLUMNS}>
      <span role="gridcell" className="flex">
        <StateBadge state={status.state} word={stateWord(status, now)} />
      </span>
      <span role="gridcell" className="min-w-0">
        <a
          href={`#${routeTo("servers", [id])}`}
          tabIndex={-1}
          className="block truncate text-field font-medium text-text no-underline hover:underline"
        >
          <UntrustedText text={title} />
        </a>
        <span className="block truncate text-meta text-text-2">
          {failure ? (
            <span role="alert" className="text-err">
              {problemLine(failure)}
            </span>
          ) : isWell(server) || status.state === "off" || status.state === "starting" ? (
            <>
              {name}
              <span className="@min-[1000px]:hidden">{membership}</span>
              {flags.map((flag) => ` · ${flag}`)} <TagChips tags={tags} />
            </>
          ) : (
            <UntrustedText text={[trouble, ...flags].join(" · ")} />
          )}
        </span>
      </span>
      <span role="gridcell" className={`${FROM_820} text-text-2`}>
        {config.transport}
      </span>
      <span role="gridcell" className={`${FROM_820} justify-end tabular-nums`}>
        {status.listedAt === null ? (
          <span aria-label="not known yet" className="text-text-3">
            –
          </span>
        ) : (
          counts.tools
        )}
      </span>
      <span role="gridcell" className={`${FROM_820} justify-end`}>
        <Usage usage={usage} />
      </span>
      <span role="gridcell" className={`${FROM_1000} min-w-0 text-text-2`}>
        <span className="truncate">{profiles.length === 0 ? "none" : profiles.join(", ")}</span>
      </span>
      <span role="gridcell" className={`${FROM_1100} min-w-0 text-meta text-text-3`}>
        <span className="truncate">{ago(status.since, minute)}</span>
      </span>
      <span role="gridcell" className="flex justify-end">
        {remedy && !turnedOn ? (
          <Button
            size="toolbar"
            aria-label={`${remedy.label} ${title}`}
            onClick={() => remedies.run(remedy.code)}
          >
            {remedy.label}
          </Button>
        ) : null}
      </span>
      <span role="gridcell" className="flex">
        <Switch
          label={`${title} on`}
          hideLabel
          checked={server.enabled}
          disabled={change.isPending}
          onChange={(enabled) => change.mutate(() => turn(server, enabled))}
        />
      </span>
      <span role="gridcell" className="flex">
        <Menu
          label={`More for ${title}`}
          trigger={<IconButton icon={Ellipsis} label={`More for ${title}`} {...ROW_MENU} />}
          entries={serverMenu({ server, attempt: change.mutate, onDelete })}
        />
      </span>
    </div>
  );
}

/** Memory above CPU, quiet both. */
function Usage({ usage }: { usage: ServerUsage | undefined }) {
  if (usage === undefined) {
    return (
      <span aria-label="no process here" className="text-text-3">
        –
      </span>
    );
  }
  return (
    <span className="text-right whitespace-nowrap tabular-nums">
      <span className="block text-text-2">{memoryText(usage.memoryBytes)}</span>
      <span className="block text-meta text-text-3">{cpuText(usage.cpuPercent)}</span>
    </span>
  );
}
