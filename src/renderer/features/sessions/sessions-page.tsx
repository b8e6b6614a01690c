import { MOST_SESSIONS_SHOWN, type SessionsView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { Cable } from "lucide-react";
import { api } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime, count } from "../../components/time.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { SessionRows } from "./session-rows.tsx";
import { storeText } from "./session-words.ts";

const connect = (): void => openDialog({ type: "connect_client" });

/** Legacy clients with the session that each has, and where those are kept. */
export function SessionsPage() {
  const { data, error, refetch, dataUpdatedAt } = useQuery(api.sessions.list.queryOptions());
  return (
    <Page
      title="Sessions"
      scrolls="content"
      beside={
        data && data.total > 0 ? (
          <span className="text-text-2">{count(data.total, "session")}</span>
        ) : null
      }
      actions={
        data && data.total > 0 ? (
          <Button size="toolbar" onClick={connect}>
            Connect a client…
          </Button>
        ) : null
      }
    >
      <div className="flex min-h-0 flex-1 flex-col">
        <div className="space-y-3 px-4 py-3">
          {error ? (
            <ProblemView
              what={
                data
                  ? `The sessions could not be read. These are of ${clockTime(dataUpdatedAt)}.`
                  : "The sessions could not be read."
              }
              error={error}
              onRetry={() => void refetch()}
            />
          ) : null}
          <p className="max-w-prose text-text-2">
            Clients of the 2026-07-28 era have no sessions; they appear under{" "}
            <a href={`#${routeTo("overview")}`} className="underline">
              Connected now
            </a>
            .{data ? ` ${storeText(data.store)}` : null}
          </p>
        </div>
        {data ? (
          <Sessions view={data} />
        ) : error ? null : (
          <div className="px-4">
            <SkeletonRows label="Reading the sessions" rows={6} />
          </div>
        )}
      </div>
    </Page>
  );
}

function Sessions({ view: { sessions, total } }: { view: SessionsView }) {
  if (total === 0) {
    return (
      <EmptyState
        icon={Cable}
        actions={
          <Button kind="primary" onClick={connect}>
            Connect a client…
          </Button>
        }
      >
        No client is connected.
      </EmptyState>
    );
  }
  return (
    <>
      <SessionRows sessions={sessions} />
      {total > sessions.length ? (
        <p className="border-t border-border px-4 py-2 text-meta text-text-2">
          These are the {MOST_SESSIONS_SHOWN.toLocaleString()} that were seen last, of{" "}
          {total.toLocaleString()}.
        </p>
      ) : null}
    </>
  );
}
