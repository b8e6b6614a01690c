import type { RuntimesView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleAlert, SquareTerminal } from "lucide-react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime, count, duration } from "../../components/time.ts";
import { DoctorFindings } from "./doctor-findings.tsx";

/** What servers are started with, and everything that the doctor finds. */
export function RuntimesSection() {
  const { data, error, refetch } = useQuery(api.runtimes.get.queryOptions());
  const again = useMutation(
    api.runtimes.refresh.mutationOptions({
      onSuccess: (view) => {
        queryClient.setQueryData(api.runtimes.get.queryKey(), view);
        announce("Checked again.");
        // No event tells of what only the doctor looks at.
        return queryClient.invalidateQueries({ queryKey: api.status.doctor.key() });
      },
    }),
  );
  const failure = again.error ?? error;
  return (
    <div className="space-y-6">
      <Section
        title="Runtimes"
        actions={
          <Button size="toolbar" disabled={again.isPending} onClick={() => again.mutate({})}>
            {again.isPending ? "Checking…" : "Check again"}
          </Button>
        }
      >
        {failure ? (
          <ProblemView
            what="The programs could not be looked up."
            error={failure}
            onRetry={() => void refetch()}
          />
        ) : null}
        {data ? <Runtimes view={data} /> : null}
        {data || failure ? null : <SkeletonRows rows={4} label="Looking for programs" />}
      </Section>
      <DoctorFindings />
    </div>
  );
}

function Runtimes({ view }: { view: RuntimesView }) {
  const { folders, programs, environment, network } = view;
  return (
    <div className="space-y-3">
      <Panel>
        <EnvironmentRow environment={environment} />
      </Panel>
      <Programs programs={programs} />
      <details className="rounded-panel border border-border bg-surface px-3 py-2">
        <summary className="font-medium">
          {folders.length === 1 ? "The folder of PATH" : `The ${folders.length} folders of PATH`}
        </summary>
        <ol className="mt-2 space-y-0.5 font-mono text-log break-all text-text-2">
          {folders.map((folder) => (
            <li key={folder}>{folder}</li>
          ))}
        </ol>
      </details>
      <Network network={network} />
    </div>
  );
}

function EnvironmentRow({ environment }: Pick<RuntimesView, "environment">) {
  const { source, state, shell, problem, durationMs, resolvedAt } = environment;
  const Icon = state === "failed" ? CircleAlert : SquareTerminal;
  const facts = [
    shell,
    resolvedAt === null ? null : `asked at ${clockTime(resolvedAt)}`,
    durationMs === null ? null : `took ${duration(durationMs)}`,
  ].filter((fact) => fact !== null);
  const title =
    state === "resolving"
      ? "Asking your login shell for its environment…"
      : source === "login_shell"
        ? "Servers start with the environment of your login shell."
        : "Servers start with the environment of this app.";
  return (
    <Row
      icon={
        <Icon
          aria-hidden
          size={16}
          strokeWidth={1.75}
          className={state === "failed" ? "shrink-0 text-warn" : "shrink-0 text-text-2"}
        />
      }
      title={title}
      detail={
        <>
          {problem === null ? null : <p className="text-warn">{problem}</p>}
          {facts.length === 0 ? null : <p>{facts.join(" · ")}</p>}
        </>
      }
    />
  );
}

function Programs({ programs }: Pick<RuntimesView, "programs">) {
  return (
    <Panel>
      <table className="w-full text-left">
        <caption className="sr-only">Programs that servers are started with</caption>
        <thead className="bg-sunken text-meta text-text-2">
          <tr>
            <th scope="col" className="h-8 px-3 font-medium">
              Program
            </th>
            <th scope="col" className="px-3 font-medium">
              Version
            </th>
            <th scope="col" className="px-3 font-medium">
              The file that runs
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-border">
          {programs.map(({ name, version, path, others }) => (
            <tr key={name} className="align-top">
              <th scope="row" className="h-9 px-3 py-2 font-mono font-medium">
                {name}
              </th>
              <td className="px-3 py-2 whitespace-nowrap text-text-2">{version ?? "–"}</td>
              <td className="px-3 py-2">
                {path === null ? (
                  <span className="text-text-2">not found; servers that need it cannot start</span>
                ) : (
                  <span className="font-mono text-log break-all">{path}</span>
                )}
                {others.length === 0 ? null : (
                  <ul className="mt-1 text-meta break-all text-text-2">
                    {others.map((other) => (
                      <li key={other}>also at {other}</li>
                    ))}
                  </ul>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Network({ network }: Pick<RuntimesView, "network">) {
  const { httpProxy, httpsProxy, noProxy, extraCa, problem } = network;
  const none = <span className="text-text-2">none</span>;
  return (
    <Panel className="px-3 py-3">
      <DetailList
        items={[
          { name: "Proxy for https", value: httpsProxy ?? none },
          { name: "Proxy for http", value: httpProxy ?? none },
          { name: "Reached without it", value: noProxy ?? none },
          {
            name: "Extra certificates",
            value: extraCa
              ? `${count(extraCa.certificates, "certificate")} in ${extraCa.file}`
              : none,
          },
          ...(problem === null
            ? []
            : [{ name: "Problem", value: <span className="text-warn">{problem}</span> }]),
        ]}
      />
    </Panel>
  );
}
