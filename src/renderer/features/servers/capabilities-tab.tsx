import type { ServerCapability, ServerView, ToolChangeKind } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { FileText, MessageSquareText, SearchX, Wrench } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { effectOf } from "./annotations.ts";
import { CapabilityDetail } from "./capability-detail.tsx";
import { RowList } from "../../components/row-list.tsx";
import { SplitView } from "../../components/split-view.tsx";

type Kind = "tool" | "prompt" | "resource";

const KINDS: Record<
  Kind,
  { many: string; icon: typeof Wrench; kinds: ServerCapability["kind"][] }
> = {
  tool: { many: "tools", icon: Wrench, kinds: ["tool"] },
  prompt: { many: "prompts", icon: MessageSquareText, kinds: ["prompt"] },
  resource: { many: "resources", icon: FileText, kinds: ["resource", "resource_template"] },
};

/** What the server offers of one kind: the list, and what is chosen in it. */
export function CapabilitiesTab({ server, kind }: { server: ServerView; kind: Kind }) {
  const { many, icon, kinds } = KINDS[kind];
  const { data, error } = useQuery(
    api.servers.capabilities.queryOptions({ input: { server: server.id } }),
  );
  const changed = useChangedTools(server, kind);
  const [chosen, setChosen] = useParam("item");
  const [filter, setFilter] = useState("");
  if (error) return <ProblemView what={`The ${many} could not be read.`} error={error} />;
  if (!data) return <SkeletonRows label={`Reading the ${many}`} rows={4} />;
  const all = data.filter((one) => kinds.includes(one.kind));
  if (all.length === 0) {
    return (
      <EmptyState icon={icon}>
        <UntrustedText
          text={
            server.status.listedAt === null
              ? `What ${server.title} offers is known once it has ${server.config.transport === "stdio" ? "started" : "answered"}.`
              : `${server.title} offers no ${many}.`
          }
        />
      </EmptyState>
    );
  }
  const wanted = filter.trim().toLowerCase();
  const shown = all.filter((one) => textOf(one).toLowerCase().includes(wanted));
  const current = shown.find(({ name }) => name === chosen) ?? shown[0];
  const currentKey = current ? keyOf(current) : null;
  return (
    <SplitView
      name="capabilities"
      chosen={currentKey ?? ""}
      list={
        <>
          <div className="border-b border-border p-2">
            <FilterField label={`Filter ${many}`} value={filter} onChange={setFilter} />
          </div>
          {shown.length === 0 ? (
            <EmptyState
              icon={SearchX}
              actions={<Button onClick={() => setFilter("")}>Clear filter</Button>}
            >
              Nothing matches “{filter}”.
            </EmptyState>
          ) : (
            <RowList
              kind="listbox"
              label={`${many} of ${server.title}`}
              rowHeight={52}
              items={shown}
              keyOf={keyOf}
              textOf={({ name }) => name}
              active={currentKey}
              onActive={({ name }) => setChosen(name)}
            >
              {(one) => <CapabilityRow capability={one} change={changed.get(one.name) ?? null} />}
            </RowList>
          )}
        </>
      }
      detail={
        current ? (
          <CapabilityDetail
            server={server}
            capability={current}
            change={changed.get(current.name) ?? null}
          />
        ) : null
      }
    />
  );
}

/** The tools that are not as they were accepted, by name. */
function useChangedTools(
  { id, status }: ServerView,
  kind: Kind,
): ReadonlyMap<string, ToolChangeKind> {
  const isAsked = kind === "tool" && status.changedTools > 0;
  const { data = [] } = useQuery({
    ...api.servers.toolChanges.queryOptions({ input: { server: id } }),
    enabled: isAsked,
  });
  return new Map(isAsked ? data.map((change) => [change.name, change.kind]) : []);
}

const keyOf = ({ kind, name }: ServerCapability): string => `${kind} ${name}`;

const textOf = ({ name, title, description }: ServerCapability): string =>
  [name, title, description].filter(Boolean).join("\n");

interface CapabilityRowProps {
  capability: ServerCapability;
  /** Of a tool that is not as it was accepted. */
  change: ToolChangeKind | null;
}

function CapabilityRow({ capability, change }: CapabilityRowProps) {
  const { kind, name, title, description, definition } = capability;
  const changes = kind === "tool" && effectOf(definition) === "changes";
  return (
    <div className="flex h-full flex-col justify-center px-3">
      <div className="flex items-baseline gap-2">
        <code className="min-w-0 flex-1 truncate text-text">
          <UntrustedText text={name} />
        </code>
        {change ? <span className="text-meta text-warn">{change}</span> : null}
        {changes ? <span className="text-meta text-text-2">changes data</span> : null}
      </div>
      <div className="truncate text-meta text-text-2">
        <UntrustedText text={(description ?? title ?? "").split("\n", 1)[0] ?? ""} />
      </div>
    </div>
  );
}
