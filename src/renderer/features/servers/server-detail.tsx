import type { ServerView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ServerOff } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { Switch } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Menu } from "../../components/menu.tsx";
import { Page } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { type TabItem, Tabs } from "../../components/tabs.tsx";
import { listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { ChangesTab } from "../tool-changes/changes-tab.tsx";
import { ActivityTab } from "./activity-tab.tsx";
import { CapabilitiesTab } from "./capabilities-tab.tsx";
import { DeleteServerDialog } from "./delete-server-dialog.tsx";
import { OutputTab } from "./output-tab.tsx";
import { serverMenu, turn } from "./server-menu.ts";
import { SettingsTab } from "./settings-tab.tsx";
import { SignInLine } from "./sign-in-line.tsx";
import { TroubleBlock } from "./trouble-block.tsx";
import { flagTexts, stateWord } from "./trouble.ts";
import { useKeptFocus } from "./use-kept-focus.ts";
import { UsageLine } from "./usage-line.tsx";
import { useStateClock } from "./use-now.ts";

const CHANGES = "changes";

const toList = (): void => navigate(routeTo("servers"));

interface ServerDetailProps {
  /** Id or name, from the route. */
  server: string;
  tab: string | null;
}

/** One server: its state, what to do about it, what it offers, how it is set up. */
export function ServerDetail({ server: wanted, tab }: ServerDetailProps) {
  const { data, error, refetch } = useQuery(api.servers.list.queryOptions());
  const server = data?.find(({ id, name }) => id === wanted || name === wanted);
  if (server) return <Loaded server={server} tab={tab} />;
  return (
    <Page title="Server">
      {error ? (
        <ProblemView
          what="The server could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <SkeletonRows label="Reading the server" rows={4} />
      ) : (
        <EmptyState icon={ServerOff} actions={<Button onClick={toList}>Show all servers</Button>}>
          There is no such server any more.
        </EmptyState>
      )}
    </Page>
  );
}

function Loaded({ server, tab }: { server: ServerView; tab: string | null }) {
  const { id, title, status } = server;
  const now = useStateClock(status.state);
  const [deleting, setDeleting] = useState(false);
  const keptFocus = useKeptFocus(() => document.querySelector("h1"));
  const change = useMutation({ mutationFn: (run: () => Promise<unknown>) => run() });
  const tabs = tabsOf(server, tab);
  const current = tabs.find((item) => item.id === tab)?.id ?? "tools";
  const flags = flagTexts(status, now);
  return (
    <Page
      scrolls="content"
      title={
        <>
          <a href={`#${routeTo("servers")}`} className="font-normal text-text-2">
            Servers
          </a>{" "}
          <span aria-hidden className="px-1 font-normal text-text-3">
            /
          </span>{" "}
          <UntrustedText text={title} />
        </>
      }
      beside={
        <>
          <StateBadge state={status.state} word={stateWord(status, now)} />
          {flags.length > 0 ? (
            <span className="text-meta text-text-2">{flags.join(" · ")}</span>
          ) : null}
        </>
      }
      actions={
        <>
          <Switch
            label="On"
            checked={server.enabled}
            disabled={change.isPending}
            onChange={(enabled) => change.mutate(() => turn(server, enabled))}
          />
          <Menu
            label={`More for ${title}`}
            entries={serverMenu({
              server,
              attempt: change.mutate,
              onDelete: () => setDeleting(true),
            })}
          />
        </>
      }
    >
      <div className="contents" {...keptFocus}>
        <div className="flex flex-wrap gap-x-4 px-4 pt-2 text-meta text-text-2">
          <p className="min-w-0 flex-1 break-words">
            <UntrustedText text={factsOf(server)} />
          </p>
          {server.config.transport === "stdio" ? <UsageLine server={id} /> : null}
        </div>
        <SignInLine server={server} />
        <div className="space-y-3 px-4 pt-2 empty:hidden">
          {change.error ? <Banner level="err" title={problemLine(change.error)} /> : null}
          <TroubleBlock server={server} isReviewed={current === CHANGES} />
        </div>
        <Tabs
          label={`Parts of ${title}`}
          current={current}
          onChange={(next) => navigate(routeTo("servers", [id, next]))}
          items={tabs}
        />
      </div>
      {deleting ? (
        <DeleteServerDialog server={server} onClose={() => setDeleting(false)} onDeleted={toList} />
      ) : null}
    </Page>
  );
}

function tabsOf(server: ServerView, wanted: string | null): TabItem[] {
  const { counts, config, status } = server;
  const known = (n: number): number | undefined => (status.listedAt === null ? undefined : n);
  const capabilities = (kind: "tool" | "prompt" | "resource") => (
    <CapabilitiesTab key={kind} server={server} kind={kind} />
  );
  const output: TabItem[] =
    config.transport === "stdio"
      ? [{ id: "output", label: "Output", content: <OutputTab server={server} /> }]
      : [];
  // It stays for as long as somebody is there, also when nothing is left to be read.
  const changes: TabItem[] =
    status.changedTools > 0 || wanted === CHANGES
      ? [
          {
            id: CHANGES,
            label: "Changed tools",
            count: status.changedTools,
            content: <ChangesTab server={server} />,
          },
        ]
      : [];
  return [
    { id: "tools", label: "Tools", count: known(counts.tools), content: capabilities("tool") },
    ...changes,
    {
      id: "prompts",
      label: "Prompts",
      count: known(counts.prompts),
      content: capabilities("prompt"),
    },
    {
      id: "resources",
      label: "Resources",
      count: known(counts.resources + counts.resourceTemplates),
      content: capabilities("resource"),
    },
    ...output,
    { id: "settings", label: "Settings", content: <SettingsTab server={server} /> },
    { id: "activity", label: "Activity", content: <ActivityTab server={server} /> },
  ];
}

/** One quiet line: how it is reached, what it said it is, who uses it. */
function factsOf({ config, implementation, era, profiles }: ServerView): string {
  const version = era?.protocolVersion ?? implementation?.protocolVersion;
  return [
    config.transport,
    implementation && `${implementation.name} ${implementation.version}`,
    version && `speaks MCP ${version}`,
    profiles.length === 0 ? "in no profile" : `in ${listed(profiles)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
