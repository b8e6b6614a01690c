import type { LogNameKey, LogStats } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { ChartColumn } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel, Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { FIGURE_COLUMNS, FigureCells } from "../metrics/figure-cells.tsx";
import { zoneText } from "../metrics/points.ts";
import { Totals } from "../metrics/totals.tsx";
import { summaryPoints } from "./summary-points.ts";
import { useReadAgain } from "./use-read-again.ts";
import { narrowed } from "./narrow.ts";
import { serverText } from "./recording-words.ts";

const Charts = lazy(async () => ({ default: (await import("../metrics/charts.tsx")).Charts }));

/** How often, how long and how well what the filter leaves was answered. */
export function SummaryView({ filter }: { filter: string }) {
  const { data, error, refetch, dataUpdatedAt } = useQuery(
    api.logs.stats.queryOptions({ input: { filter }, ...useReadAgain() }),
  );
  return (
    <div className="mx-auto w-full max-w-content space-y-4 p-4">
      {error ? (
        <ProblemView
          what={
            data
              ? `The summary could not be read. This is of ${clockTime(dataUpdatedAt)}.`
              : "The summary could not be read."
          }
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? (
        <Summary stats={data} />
      ) : error ? null : (
        <SkeletonRows label="Reading the summary" rows={6} />
      )}
    </div>
  );
}

function Summary({ stats }: { stats: LogStats }) {
  const [query, setQuery] = useParam("q");
  const { totals, to, tools, servers } = stats;
  const narrow = (key: LogNameKey, value: string): void => setQuery(narrowed(query, key, value));
  if (totals.calls === 0) {
    return (
      <EmptyState
        icon={ChartColumn}
        actions={query === "" ? null : <Button onClick={() => setQuery("")}>Clear filter</Button>}
      >
        {query === ""
          ? "Nothing was called yet. Each call is counted here as long as it is in the log."
          : "No call matches this filter."}
      </EmptyState>
    );
  }
  return (
    <>
      <Totals totals={totals} />
      <Suspense fallback={<SkeletonRows label="Drawing the charts" rows={6} />}>
        <Charts points={summaryPoints(stats)} />
      </Suspense>
      {to === null ? null : <p className="text-meta text-text-2">Times are of {zoneText(to)}.</p>}
      <FiguresTable
        title="By tool"
        heads={["Tool", "Server"]}
        rows={tools.map((tool) => ({
          key: JSON.stringify([tool.name, tool.server]),
          figures: tool,
          cells: (
            <>
              <NarrowCell name={tool.name} onNarrow={() => narrow("tool", tool.name)} mono />
              <td className="truncate px-3 text-text-2">
                <UntrustedText text={serverText(tool.server)} />
              </td>
            </>
          ),
        }))}
      />
      <FiguresTable
        title="By server"
        heads={["Server"]}
        rows={servers.map((row) => ({
          key: row.server,
          figures: row,
          cells: (
            <NarrowCell
              name={serverText(row.server)}
              onNarrow={() => narrow("server", row.server)}
            />
          ),
        }))}
      />
    </>
  );
}

interface NarrowCellProps {
  name: string;
  onNarrow: () => void;
  mono?: boolean;
}

/** A name that the filter takes up when it is pressed. */
function NarrowCell({ name, onNarrow, mono = false }: NarrowCellProps) {
  return (
    <th scope="row" className={`truncate px-3 text-left font-normal ${mono ? "font-mono" : ""}`}>
      <button
        type="button"
        onClick={onNarrow}
        className="hit-24 rounded-chip text-accent-text underline"
      >
        <span className="sr-only">Only </span>
        <UntrustedText text={name} />
      </button>
    </th>
  );
}

interface FiguresTableProps {
  title: string;
  /** Of the cells before the figures. */
  heads: readonly string[];
  rows: readonly {
    key: string;
    figures: LogStats["tools"][number] | LogStats["totals"];
    cells: ReactNode;
  }[];
}

function FiguresTable({ title, heads, rows }: FiguresTableProps) {
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ figures }) => figures.calls));
  return (
    <Section title={title}>
      <Panel className="overflow-x-auto">
        <table aria-label={title} className="w-full min-w-[720px] table-fixed text-left">
          <thead className="bg-sunken text-meta text-text-2">
            <tr className="h-8">
              {heads.map((head) => (
                <th key={head} scope="col" className="px-3 font-medium">
                  {head}
                </th>
              ))}
              {FIGURE_COLUMNS.map(({ title: head, look }) => (
                <th key={head} scope="col" className={`px-3 font-medium ${look ?? ""}`}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-border">
            {rows.map(({ key, figures, cells }) => (
              <tr key={key} className="h-9 hover:bg-sunken">
                {cells}
                <FigureCells figures={figures} most={most} />
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </Section>
  );
}
