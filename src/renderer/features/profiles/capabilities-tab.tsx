import type { CapabilityKind, ProfileView, ServerView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { Plus, Server } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { toast } from "../../components/toast.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { SplitView } from "../../components/split-view.tsx";
import { AddServersDialog } from "./add-servers-dialog.tsx";
import { CapabilitiesPane } from "./capabilities-pane.tsx";
import { choicesOf, groupsOf, isLocal, shownOf } from "./capability-rows.ts";
import { capabilitiesOf, useServersOf } from "./profile-data.ts";
import { ServerOrder } from "./server-order.tsx";

interface CapabilitiesTabProps {
  profile: ProfileView;
  kind: CapabilityKind;
}

/** The servers of a profile, in order, and what of theirs clients see. */
export function CapabilitiesTab({ profile, kind }: CapabilitiesTabProps) {
  const { data: servers, error, refetch } = useQuery(api.servers.list.queryOptions());
  const { data: capabilities, isPending } = useQuery(capabilitiesOf(profile));
  const [adding, setAdding] = useState(false);
  const others = (servers ?? []).filter(
    ({ id }) => !profile.servers.some((member) => member.id === id),
  );
  const add = (): void => {
    if (others.length > 0) setAdding(true);
    else openDialog({ type: "add_server", profile: profile.slug });
  };
  return (
    <>
      {profile.servers.length === 0 && isPending ? (
        <SkeletonRows label="Reading what it offers" />
      ) : profile.servers.length === 0 && !capabilities?.some((item) => item.kind === kind) ? (
        <EmptyState
          icon={Server}
          actions={
            <Button kind="primary" onClick={add}>
              Add servers…
            </Button>
          }
        >
          Add servers to it: clients of “{profile.name}” see the tools of its servers.
        </EmptyState>
      ) : servers !== undefined ? (
        <Split profile={profile} kind={kind} servers={servers} onAdd={add} />
      ) : error ? (
        <ProblemView
          what="The servers could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows label="Reading the servers" />
      )}
      {adding ? (
        <AddServersDialog profile={profile} servers={others} onClose={() => setAdding(false)} />
      ) : null}
    </>
  );
}

interface SplitProps extends CapabilitiesTabProps {
  servers: readonly ServerView[];
  onAdd: () => void;
}

function Split({ profile, kind, servers, onAdd }: SplitProps) {
  const [text] = useParam("q");
  const [shown] = useParam("show");
  const capabilities = useQuery(capabilitiesOf(profile));
  const update = useServersOf(profile);
  const wanted = update.isPending ? update.variables.servers : null;
  const ordered = wanted === null ? profile : inOrder(profile, wanted);
  const groups = groupsOf(ordered, servers, capabilities.data ?? [], {
    kind,
    shown: shownOf(shown),
    text,
  });
  const remove = (name: string, title: string): void => {
    const before = profile.servers.map((server) => server.name);
    const choices = choicesOf(capabilities.data ?? [], name);
    update.mutate(
      { servers: before.filter((other) => other !== name), choices: [] },
      {
        onSuccess: () =>
          toast({
            key: `removed from ${profile.id}`,
            text: `${title} was removed from “${profile.name}”.`,
            action: { label: "Undo", run: () => update.mutate({ servers: before, choices }) },
          }),
      },
    );
  };
  return (
    <SplitView
      name="profile"
      chosen={kind}
      list={
        <section
          data-pane
          aria-labelledby="profile-servers"
          className="flex min-h-0 flex-1 flex-col"
        >
          <div className="flex h-10 shrink-0 items-center gap-2 border-b border-border px-2">
            <h2 id="profile-servers" className="flex-1 text-field font-semibold">
              Servers in order
            </h2>
            <Button size="toolbar" icon={Plus} onClick={onAdd}>
              Add…
            </Button>
          </div>
          {update.error ? (
            <p role="alert" className="px-2 py-1 text-meta text-err">
              The servers were not changed. {problemLine(update.error)}
            </p>
          ) : null}
          <div className="min-h-0 flex-1 overflow-y-auto p-1">
            {profile.servers.length === 0 ? (
              <p className="p-1 text-text-2">It has no server.</p>
            ) : (
              <ServerOrder
                profile={profile}
                servers={groups
                  .filter((group) => !isLocal(group))
                  .map((group) => ({ ...group, name: group.server }))}
                onOrder={(names) => update.mutate({ servers: names, choices: [] })}
                onRemove={({ name, title }) => remove(name, title)}
              />
            )}
          </div>
        </section>
      }
      detail={
        <CapabilitiesPane
          profile={profile}
          kind={kind}
          groups={groups}
          capabilities={capabilities.data}
          error={capabilities.error}
          onRetry={() => void capabilities.refetch()}
        />
      }
    />
  );
}

/** As it will be once the change that is under way has been answered. */
const inOrder = (profile: ProfileView, names: readonly string[]): ProfileView => ({
  ...profile,
  servers: names.flatMap((name) => profile.servers.filter((one) => one.name === name)),
});
