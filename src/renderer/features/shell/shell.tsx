import type { Page } from "@local-mcp/contract";
import { PanelLeft } from "lucide-react";
import { type ComponentType, useEffect } from "react";
import { useAnnouncements } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { onKeyDown, runWindowCommand } from "../../app/commands.ts";
import { stayLive } from "../../app/live.ts";
import { usePlace } from "../../app/router.ts";
import { IconButton } from "../../components/button.tsx";
import { Toasts } from "../../components/toast.tsx";
import { useConnection } from "../../stores/connection.ts";
import { toggleSidebar, useSidebar } from "../../stores/sidebar.ts";
import { BackupsPage } from "../backups/backups-page.tsx";
import { useReadAnewAfterRestore } from "../backups/use-backups.ts";
import { LogsPage } from "../logs/logs-page.tsx";
import { MetricsPage } from "../metrics/metrics-page.tsx";
import { OverviewPage } from "../overview/overview-page.tsx";
import { ProblemBanners } from "../overview/problem-banners.tsx";
import { ProfilesPage } from "../profiles/profiles-page.tsx";
import { PromptsPage } from "../prompts/prompts-page.tsx";
import { ResourcesPage } from "../resources/resources-page.tsx";
import { ServersPage } from "../servers/servers-page.tsx";
import { SessionsPage } from "../sessions/sessions-page.tsx";
import { SettingsPage } from "../settings/settings-page.tsx";
import { TokensPage } from "../tokens/tokens-page.tsx";
import { ToolsPage } from "../tools/tools-page.tsx";
import { TransferPage } from "../transfer/transfer-page.tsx";
import { Dialogs } from "./dialogs.tsx";
import { Sidebar } from "./sidebar.tsx";
import { useLayout } from "./use-layout.ts";

const PAGES: Record<Page, { title: string; component: ComponentType }> = {
  overview: { title: "Overview", component: OverviewPage },
  profiles: { title: "Profiles", component: ProfilesPage },
  servers: { title: "Servers", component: ServersPage },
  tools: { title: "Tools", component: ToolsPage },
  prompts: { title: "Prompts", component: PromptsPage },
  resources: { title: "Resources", component: ResourcesPage },
  logs: { title: "Debug Logs", component: LogsPage },
  sessions: { title: "Sessions", component: SessionsPage },
  metrics: { title: "Metrics", component: MetricsPage },
  tokens: { title: "Access tokens", component: TokensPage },
  backups: { title: "Backups", component: BackupsPage },
  transfer: { title: "Import & export", component: TransferPage },
  settings: { title: "Settings", component: SettingsPage },
};

/** The window while there is a gateway: sidebar, at most one banner, a page, and what lies above. */
export function Shell() {
  const { page } = usePlace();
  const layout = useLayout();
  const { title, component: Content } = PAGES[page];

  useEffect(stayLive, []);
  useReadAnewAfterRestore();
  useEffect(() => {
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  const connection = useConnection(({ state }) => state);
  useEffect(() => {
    if (connection !== "live") return undefined;
    const stopped = new AbortController();
    void followCommands(stopped.signal);
    return () => stopped.abort();
  }, [connection]);
  useEffect(() => {
    void client.desktop.setTitle({ title });
    useSidebar.setState({ open: false });
  }, [title]);

  return (
    <div className="relative flex h-full">
      {layout === "away" ? null : layout === "over" ? (
        <OverPage />
      ) : (
        <Sidebar rail={layout === "rail"} />
      )}
      <main
        data-pane
        tabIndex={-1}
        className="flex min-w-0 flex-1 flex-col overflow-y-auto outline-none"
      >
        {layout === "away" ? (
          <div className="flex h-9 items-center border-b border-border px-2">
            <IconButton icon={PanelLeft} label="Show sidebar" onClick={toggleSidebar} />
          </div>
        ) : null}
        <ProblemBanners />
        {/* At 200 % zoom a banner may fill the window: the page keeps some height and both scroll. */}
        <div className="flex min-h-72 flex-1 flex-col">
          <Content key={page} />
        </div>
      </main>
      <Dialogs />
      <Toasts />
      <Spoken />
    </div>
  );
}

const closeSidebar = (): void => {
  useSidebar.setState({ open: false });
};

/** Where there is no room beside the page, it lies over it until Esc, a click outside or a step. */
function OverPage() {
  useEffect(() => {
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") closeSidebar();
    };
    window.addEventListener("keydown", onEscape);
    return () => window.removeEventListener("keydown", onEscape);
  }, []);
  return (
    <>
      <div className="w-14 shrink-0 max-[640px]:w-0" />
      {/* oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions -- Esc closes it too */}
      <div className="absolute inset-0 z-10 bg-[rgb(0_0_0/0.4)]" onClick={closeSidebar} />
      <div className="absolute inset-y-0 left-0 z-20 shadow-raised">
        <Sidebar rail={false} />
      </div>
    </>
  );
}

/** What changed, for those who hear the page. */
function Spoken() {
  const { polite, assertive } = useAnnouncements();
  return (
    <div className="sr-only">
      <p role="status">{polite}</p>
      <p role="alert">{assertive}</p>
    </div>
  );
}

async function followCommands(signal: AbortSignal): Promise<void> {
  try {
    for await (const command of await client.desktop.commands(undefined, { signal }))
      runWindowCommand(command);
  } catch {
    // The line is gone; the banner says so, and the next one is followed again.
  }
}
