import type {
  ClientsView,
  GatewayStatus,
  ProfileView,
  ServerView,
  TokenView,
} from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { BackupLine } from "../backups/backup-line.tsx";
import { ConnectedNow } from "./connected-now.tsx";
import { EndpointPanel } from "./endpoint-panel.tsx";
import { FirstRun } from "./first-run.tsx";
import { LastHour } from "./last-hour.tsx";
import { NeedsAttention } from "./needs-attention.tsx";
import { hasCalled, isFirstUse, rememberSetup, useSetup } from "./setup.ts";

/** Is it serving, what needs me, how do I connect. */
export function OverviewPage() {
  const status = useQuery(api.status.get.queryOptions());
  const servers = useQuery(api.servers.list.queryOptions());
  const profiles = useQuery(api.profiles.list.queryOptions());
  const tokens = useQuery(api.tokens.list.queryOptions());
  const clients = useQuery(api.clients.list.queryOptions());
  if (status.data && servers.data && profiles.data && tokens.data && clients.data) {
    return (
      <Overview
        status={status.data}
        servers={servers.data}
        profiles={profiles.data}
        tokens={tokens.data}
        clients={clients.data}
      />
    );
  }
  const failed = [status, servers, profiles, tokens, clients].find(({ error }) => error !== null);
  return (
    <Page title="Overview">
      {failed ? (
        <ProblemView
          what="The overview could not be read."
          error={failed.error}
          onRetry={() => void queryClient.invalidateQueries()}
        />
      ) : (
        <SkeletonRows label="Reading the overview" />
      )}
    </Page>
  );
}

interface OverviewProps {
  status: GatewayStatus;
  servers: ServerView[];
  profiles: ProfileView[];
  tokens: TokenView[];
  clients: ClientsView;
}

function Overview({ status, servers, profiles, tokens, clients }: OverviewProps) {
  const setup = useSetup(({ state }) => state);
  const called = hasCalled(clients.clients);
  // Decided when the page opens: the steps stay until their end is read, and never come by themselves.
  const [view, setView] = useState<"steps" | "finished" | "plain">(() =>
    setup === "open" &&
    isFirstUse({ servers, tokens, clients: clients.clients, startedAt: status.startedAt })
      ? "steps"
      : "plain",
  );
  const over = view !== "steps" || (servers.length > 0 && called);
  useEffect(() => {
    if (over && setup === "open") rememberSetup("done");
  }, [over, setup]);

  if (view === "steps") {
    return (
      <Page
        key="first-run"
        title="Overview"
        actions={
          called ? (
            <Button kind="primary" onClick={() => setView("finished")}>
              Finish setup
            </Button>
          ) : (
            <Button
              kind="quiet"
              onClick={() => {
                rememberSetup("skipped");
                setView("plain");
              }}
            >
              Skip setup
            </Button>
          )
        }
      >
        <FirstRun servers={servers} clients={clients.clients} />
      </Page>
    );
  }
  return (
    <Page
      key="overview"
      title="Overview"
      actions={
        <Button kind="primary" onClick={() => openDialog({ type: "connect_client" })}>
          Connect a client…
        </Button>
      }
    >
      {view === "finished" ? (
        <p className="flex items-center gap-2">
          <CircleCheck aria-hidden size={16} strokeWidth={1.75} className="text-ok" />
          Set up
        </p>
      ) : null}
      <EndpointPanel status={status} profiles={profiles} />
      <NeedsAttention status={status} />
      <ConnectedNow clients={clients} />
      <LastHour />
      <BackupLine />
    </Page>
  );
}
