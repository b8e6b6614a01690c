import type { ServerView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, SearchX, Server } from "lucide-react";
import { useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { shortcutText } from "../../app/keys.ts";
import { navigate, routeTo, useParam } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { Page } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { DeleteServerDialog } from "./delete-server-dialog.tsx";
import { RowList } from "../../components/row-list.tsx";
import { filterServers, sortServers } from "./server-list.ts";
import { turn } from "./server-menu.ts";
import { ServerListHead, ServerRow } from "./server-row.tsx";
import { useKeptFocus } from "./use-kept-focus.ts";
import { useUsage } from "./use-usage.ts";

const addServer = (): void => openDialog({ type: "add_server" });

/** All servers, those that need a person first. */
export function ServerList() {
  const { data, error, refetch } = useQuery(api.servers.list.queryOptions());
  const [filter, setFilter] = useParam("q");
  const shown = filterServers(sortServers(data ?? []), filter);
  return (
    <Page
      title="Servers"
      scrolls="content"
      beside={
        data && data.length > 0 ? (
          <>
            <span className="text-text-2" aria-live="polite">
              {filter === ""
                ? count(data.length, "server")
                : `${shown.length} of ${count(data.length, "server")}`}
            </span>
            <FilterField
              label="Filter servers"
              placeholder="Filter, state:failed, tag:prod"
              value={filter}
              onChange={setFilter}
            />
          </>
        ) : null
      }
      actions={
        data && data.length > 0 ? (
          <Button
            kind="primary"
            size="toolbar"
            icon={Plus}
            title={shortcutText("mod+n")}
            onClick={addServer}
          >
            Add server
          </Button>
        ) : null
      }
    >
      {error ? (
        <div className="p-4">
          <ProblemView
            what="The servers could not be read."
            error={error}
            onRetry={() => void refetch()}
          />
        </div>
      ) : data === undefined ? (
        <div className="p-4">
          <SkeletonRows label="Reading the servers" rows={6} />
        </div>
      ) : data.length === 0 ? (
        <EmptyState
          icon={Server}
          actions={
            <>
              <Button kind="primary" icon={Plus} onClick={addServer}>
                Add server
              </Button>
              <Button onClick={() => navigate(routeTo("transfer", ["import"]))}>Import…</Button>
            </>
          }
        >
          Add a server once and every client can use it.
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState
          icon={SearchX}
          actions={<Button onClick={() => setFilter("")}>Clear filter</Button>}
        >
          No server matches “{filter}”.
        </EmptyState>
      ) : (
        <Rows servers={shown} />
      )}
    </Page>
  );
}

function Rows({ servers }: { servers: ServerView[] }) {
  const [active, setActive] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<ServerView | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const keptFocus = useKeptFocus(() => list.current);
  const usage = useUsage();
  const toggle = useMutation({
    mutationFn: (server: ServerView) => turn(server, !server.enabled),
  });
  const onDeleted = (): void => {
    const at = servers.findIndex(({ id }) => id === deleting?.id);
    setActive((servers[at + 1] ?? servers[at - 1])?.id ?? null);
    setDeleting(null);
    list.current?.focus();
  };
  return (
    <div className="@container flex min-h-0 flex-1 flex-col" {...keptFocus}>
      {toggle.error ? (
        <div className="p-4">
          <Banner level="err" title={problemLine(toggle.error)} />
        </div>
      ) : null}
      <RowList
        ref={list}
        kind="grid"
        label="Servers"
        rowHeight={52}
        items={servers}
        keyOf={({ id }) => id}
        textOf={({ title }) => title}
        active={active}
        onActive={({ id }) => setActive(id)}
        onOpen={({ id }) => navigate(routeTo("servers", [id]))}
        onSpace={(server) => toggle.mutate(server)}
        onDelete={setDeleting}
        head={<ServerListHead />}
      >
        {(server) => (
          <ServerRow
            server={server}
            usage={usage.get(server.id)}
            onDelete={() => setDeleting(server)}
          />
        )}
      </RowList>
      {deleting ? (
        <DeleteServerDialog
          server={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={onDeleted}
        />
      ) : null}
    </div>
  );
}
