import { type GatewayStatus, needsAPerson, type Page } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import {
  ArrowLeftRight,
  Boxes,
  Cable,
  ChartColumn,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleX,
  DatabaseBackup,
  FileText,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  MessageSquareText,
  ScrollText,
  Server,
  Settings,
  Wrench,
} from "lucide-react";
import type { ReactNode } from "react";
import { api } from "../../app/api.ts";
import { shortcutText } from "../../app/keys.ts";
import { routeTo, usePlace } from "../../app/router.ts";
import { Select } from "../../components/choice.tsx";
import { classNames } from "../../components/class-names.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";
import { Tooltip } from "../../components/tooltip.tsx";
import { UncappedBar } from "../logs/uncapped-bar.tsx";
import { useActivate } from "../profiles/profile-data.ts";

interface Item {
  page: Page;
  title: string;
  icon: LucideIcon;
  shortcut?: string;
}

const MAIN: Item[] = [
  { page: "overview", title: "Overview", icon: LayoutDashboard, shortcut: "mod+1" },
  { page: "profiles", title: "Profiles", icon: Boxes, shortcut: "mod+2" },
  { page: "servers", title: "Servers", icon: Server, shortcut: "mod+3" },
];
const LOCAL: Item[] = [
  { page: "tools", title: "Tools", icon: Wrench },
  { page: "prompts", title: "Prompts", icon: MessageSquareText },
  { page: "resources", title: "Resources", icon: FileText },
];
const ACTIVITY: Item[] = [
  { page: "logs", title: "Debug Logs", icon: ScrollText, shortcut: "mod+4" },
  { page: "sessions", title: "Sessions", icon: Cable, shortcut: "mod+5" },
  { page: "metrics", title: "Metrics", icon: ChartColumn, shortcut: "mod+6" },
];
const SAFETY: Item[] = [
  { page: "tokens", title: "Access tokens", icon: KeyRound },
  { page: "backups", title: "Backups", icon: DatabaseBackup, shortcut: "mod+7" },
  { page: "transfer", title: "Import & export", icon: ArrowLeftRight },
];
const LAST: Item[] = [{ page: "settings", title: "Settings", icon: Settings, shortcut: "mod+," }];

/** The way around: what the gateway does, which profile is active, and every page. */
export function Sidebar({ rail }: { rail: boolean }) {
  const { data: status } = useQuery(api.status.get.queryOptions());
  const attention =
    status?.servers.filter(({ status: server }) => needsAPerson(server)).length ?? 0;
  const list = (items: Item[]) => (
    <ul className="space-y-px">
      {items.map((item) => (
        <li key={item.page}>
          <Entry item={item} rail={rail} attention={item.page === "servers" ? attention : 0} />
        </li>
      ))}
    </ul>
  );
  return (
    <nav
      aria-label="Pages"
      data-pane
      className={classNames(
        "flex h-full shrink-0 flex-col gap-4 overflow-y-auto border-r border-border bg-sunken py-3 mac-title-bar",
        rail ? "w-14 px-2" : "w-58 px-3",
      )}
    >
      {rail ? null : <Head status={status} />}
      {list(MAIN)}
      <Group title="Local" rail={rail}>
        {list(LOCAL)}
      </Group>
      <Group title="Activity" rail={rail}>
        {list(ACTIVITY)}
      </Group>
      <Group title="Safety" rail={rail}>
        {list(SAFETY)}
      </Group>
      <UncappedBar rail={rail} />
      <div className="mt-auto">{list(LAST)}</div>
    </nav>
  );
}

function Group({ title, rail, children }: { title: string; rail: boolean; children: ReactNode }) {
  return (
    <div>
      {rail ? null : <h2 className="px-2 pb-1 text-meta font-medium text-text-2">{title}</h2>}
      {children}
    </div>
  );
}

interface EntryProps {
  item: Item;
  rail: boolean;
  attention: number;
}

function Entry({ item: { page, title, icon: Icon, shortcut }, rail, attention }: EntryProps) {
  const current = usePlace().page === page;
  const needs = `${count(attention, "server")} ${attention === 1 ? "needs" : "need"} attention`;
  const link = (
    <a
      href={`#${routeTo(page)}`}
      aria-current={current ? "page" : undefined}
      aria-label={rail ? (attention > 0 ? `${title}, ${needs}` : title) : undefined}
      className={classNames(
        "relative flex h-7 items-center gap-2 rounded-control px-2 text-text no-underline -outline-offset-2",
        rail && "h-9 justify-center",
        current ? "bg-accent-soft font-medium" : "hover:bg-surface",
      )}
    >
      <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
      {rail ? null : <span className="flex-1 truncate">{title}</span>}
      {attention > 0 ? (
        <span
          className={classNames(
            "text-badge font-semibold text-warn tabular-nums",
            rail && "absolute top-0 right-1",
          )}
        >
          <span aria-hidden>{attention}</span>
          {rail ? null : <span className="sr-only">, {needs}</span>}
        </span>
      ) : null}
    </a>
  );
  return rail ? (
    <Tooltip text={title} shortcut={shortcut ? shortcutText(shortcut) : undefined}>
      {link}
    </Tooltip>
  ) : (
    link
  );
}

const ROLL_UP: Record<GatewayStatus["state"], { icon: LucideIcon; colour: string; word: string }> =
  {
    serving: { icon: CircleCheck, colour: "text-ok", word: "Serving" },
    attention: { icon: CircleAlert, colour: "text-warn", word: "Serving" },
    starting: { icon: CircleDashed, colour: "text-text-2", word: "Starting…" },
    not_serving: { icon: CircleX, colour: "text-err", word: "Not serving" },
  };

function Head({ status }: { status: GatewayStatus | undefined }) {
  if (!status) return <div className="h-28" aria-hidden />;
  const { icon: Icon, colour, word } = ROLL_UP[status.state];
  const address = status.url?.replace("http://", "");
  return (
    <div className="space-y-2">
      <p className="flex items-center gap-1.5 px-2">
        <Icon aria-hidden size={16} strokeWidth={1.75} className={classNames("shrink-0", colour)} />
        <span className="font-medium">{word}</span>
        {address ? <span className="truncate text-meta text-text-2">{address}</span> : null}
      </p>
      <ActiveProfile />
      {status.url === null ? null : (
        <CopyButton
          text={`${status.url}/mcp`}
          label="Copy endpoint URL"
          size="toolbar"
          kind="secondary"
        >
          Copy endpoint URL
        </CopyButton>
      )}
    </div>
  );
}

function ActiveProfile() {
  const { data: profiles } = useQuery(api.profiles.list.queryOptions());
  const activate = useActivate();
  if (!profiles || profiles.length === 0) return null;
  return (
    <div>
      <Select
        label="Active profile"
        value={profiles.find(({ active }) => active)?.slug ?? null}
        options={profiles.map(({ slug, name }) => ({ value: slug, label: name }))}
        onChange={(slug) => {
          const profile = profiles.find((one) => one.slug === slug);
          if (profile) activate.mutate(profile);
        }}
      />
      {activate.isError ? (
        <p role="alert" className="mt-1 text-meta text-err">
          {problemLine(activate.error)}
        </p>
      ) : null}
    </div>
  );
}
