import type { LogSession } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { Cable } from "lucide-react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { rowKeys } from "../profiles/row-keys.ts";
import { useReadAgain } from "./use-read-again.ts";
import { narrowed, showRows } from "./narrow.ts";

const HEADS: readonly { title: string; look?: string }[] = [
  { title: "Client" },
  { title: "Session", look: "w-32" },
  { title: "Profile", look: "w-28" },
  { title: "Era", look: "w-20" },
  { title: "First", look: "w-44" },
  { title: "Last", look: "w-44" },
  { title: "Requests", look: "w-24 text-right" },
  { title: "Errors", look: "w-20 text-right" },
];

/** What the filter leaves, by the session it was asked in; one of them leads to its rows. */
export function SessionsView({ filter }: { filter: string }) {
  const [query, setQuery] = useParam("q");
  const { data, error, refetch } = useQuery(
    api.logs.sessions.queryOptions({ input: { filter }, ...useReadAgain() }),
  );
  return (
    <div className="mx-auto w-full max-w-content space-y-4 p-4">
      {error ? (
        <ProblemView
          what="The sessions could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data || error ? null : <SkeletonRows label="Reading the sessions" rows={6} />}
      {data?.length === 0 ? (
        <EmptyState
          icon={Cable}
          actions={query === "" ? null : <Button onClick={() => setQuery("")}>Clear filter</Button>}
        >
          {query === ""
            ? "What a client asked in one session stands together here. Clients of the 2026-07-28 era have no sessions."
            : "No session matches this filter."}
        </EmptyState>
      ) : null}
      {data && data.length > 0 ? <SessionTable sessions={data} query={query} /> : null}
    </div>
  );
}

interface SessionTableProps {
  sessions: readonly LogSession[];
  query: string;
}

function SessionTable({ sessions, query }: SessionTableProps) {
  return (
    <Panel className="overflow-x-auto">
      <table aria-label="Sessions" className="w-full min-w-[980px] table-fixed text-left">
        <thead className="bg-sunken text-meta text-text-2">
          <tr className="h-8">
            {HEADS.map(({ title, look }) => (
              <th key={title} scope="col" className={`px-3 font-medium ${look ?? ""}`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it */}
        <tbody className="divide-y divide-border" onKeyDown={rowKeys()}>
          {sessions.map((session) => (
            <SessionRow
              key={session.session}
              session={session}
              onOpen={() => showRows(narrowed(query, "session", session.session))}
            />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

interface SessionRowProps {
  session: LogSession;
  onOpen: () => void;
}

function SessionRow({ session, onOpen }: SessionRowProps) {
  const { client, clientVersion, profile, era, firstAt, lastAt, requests, errors } = session;
  const name = [client, clientVersion].filter(Boolean).join(" ") || "Unknown";
  return (
    <tr data-row={name} className="h-9 hover:bg-sunken">
      <th scope="row" className="truncate px-3 text-left font-normal">
        <button
          type="button"
          data-row-main
          onClick={onOpen}
          className="hit-24 rounded-chip text-accent-text underline"
        >
          <span className="sr-only">Show rows of </span>
          <UntrustedText text={name} />
        </button>
      </th>
      <td className="truncate px-3 font-mono text-log text-text-2">
        <UntrustedText text={session.session} />
      </td>
      <td className="truncate px-3 text-text-2">
        <UntrustedText text={profile ?? "–"} />
      </td>
      <td className="px-3 text-text-2">{era ?? "–"}</td>
      <td className="truncate px-3 text-meta text-text-2">{exactTime(firstAt)}</td>
      <td className="truncate px-3 text-meta text-text-2">{exactTime(lastAt)}</td>
      <td className="px-3 text-right">{requests.toLocaleString()}</td>
      <td className={`px-3 text-right ${errors === 0 ? "text-text-2" : "text-err"}`}>
        {errors.toLocaleString()}
      </td>
    </tr>
  );
}
