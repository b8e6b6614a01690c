import { type ServerView, STATE_WORDS } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { api } from "../../app/api.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";

/** What happened to the server since the gateway started, newest first. */
export function ActivityTab({ server }: { server: ServerView }) {
  const { data, error } = useQuery(
    api.servers.activity.queryOptions({ input: { server: server.id } }),
  );
  if (error) return <ProblemView what="The activity could not be read." error={error} />;
  if (!data) return <SkeletonRows label="Reading the activity" rows={4} />;
  if (data.length === 0) {
    return (
      <EmptyState icon={History}>
        Nothing has happened to <UntrustedText text={server.title} /> since the gateway started.
      </EmptyState>
    );
  }
  return (
    <Panel>
      <table className="w-full text-left">
        <thead className="bg-sunken text-meta text-text-2">
          <tr className="h-9">
            <th scope="col" className="w-52 px-3 font-medium">
              Time
            </th>
            <th scope="col" className="w-44 px-3 font-medium">
              State
            </th>
            <th scope="col" className="px-3 font-medium">
              Reason
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-border [&_svg]:animate-none">
          {data.map(({ at, state, reason }, index) => (
            // Two changes may share a millisecond; their order is what tells them apart.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={`${at}-${index}`} className="align-baseline">
              <td className="px-3 py-2 text-meta whitespace-nowrap text-text-2">{exactTime(at)}</td>
              <td className="px-3 py-2">
                <StateBadge state={state} word={STATE_WORDS[state]} />
              </td>
              <td className="px-3 py-2 break-words">
                {/* A start that follows a failure still carries its reason, which stands a row below. */}
                {reason && state !== "starting" ? <UntrustedText text={reason.message} /> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
