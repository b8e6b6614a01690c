import { LOCAL_SERVER, type MetricKind } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Panel, Section } from "../../components/page.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { FIGURE_COLUMNS, FigureCells, type UsedColumn } from "./figure-cells.tsx";
import { routeOf, type SortKey, sortUsed, type Used } from "./used.ts";

const FEW = 20;

const COLUMNS: readonly UsedColumn[] = [
  { title: "Kind", look: "w-24" },
  { title: "Name" },
  { title: "Server", look: "w-36" },
  ...FIGURE_COLUMNS,
  { title: "Last", look: "w-32 text-right" },
];
const SORTS: readonly SortKey[] = ["calls", "errors", "p95Ms"];

const KINDS: Record<MetricKind, string> = {
  tool: "Tool",
  prompt: "Prompt",
  resource: "Resource",
};

/** What was called, the most first. */
export function UsedTable({ items }: { items: readonly Used[] }) {
  const [wanted, setSort] = useParam("sort");
  const [all, setAll] = useState(false);
  const servers = useQuery(api.servers.list.queryOptions()).data ?? [];
  const ids = new Map(servers.map(({ name, id }) => [name, id]));
  const sort = SORTS.find((one) => one === wanted) ?? "calls";
  const sorted = sortUsed(items, sort);
  const shown = all ? sorted : sorted.slice(0, FEW);
  const most = Math.max(...items.map(({ calls }) => calls));
  return (
    <Section title="Most used">
      <Panel className="overflow-x-auto">
        <table aria-label="Most used" className="w-full min-w-[820px] table-fixed text-left">
          <thead className="bg-sunken text-meta text-text-2">
            <tr className="h-8">
              {COLUMNS.map((column) => (
                <Head key={column.title} column={column} sorted={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-border">
            {shown.map((item) => (
              <UsedRow
                key={JSON.stringify([item.kind, item.name, item.server])}
                item={item}
                route={routeOf(item, ids)}
                most={most}
              />
            ))}
          </tbody>
        </table>
      </Panel>
      {shown.length < sorted.length ? (
        <Button kind="quiet" size="toolbar" onClick={() => setAll(true)}>
          Show all {sorted.length}
        </Button>
      ) : null}
    </Section>
  );
}

interface HeadProps {
  column: UsedColumn;
  sorted: SortKey;
  onSort: (by: SortKey) => void;
}

function Head({ column: { title, look, sort }, sorted, onSort }: HeadProps) {
  return (
    <th
      scope="col"
      aria-sort={sort === undefined ? undefined : sort === sorted ? "descending" : "none"}
      className={`px-3 font-medium ${look ?? ""}`}
    >
      {sort === undefined ? (
        title
      ) : (
        <button
          type="button"
          onClick={() => onSort(sort)}
          className="inline-flex hit-24 items-center gap-1 rounded-chip hover:text-text"
        >
          {title}
          {sort === sorted ? <ArrowDown aria-hidden size={14} strokeWidth={1.75} /> : null}
        </button>
      )}
    </th>
  );
}

interface UsedRowProps {
  item: Used;
  route: string | null;
  /** Calls of the most called, which has the longest bar. */
  most: number;
}

function UsedRow({ item, route, most }: UsedRowProps) {
  const { kind, name, server, lastAt } = item;
  const text = <UntrustedText text={name} />;
  return (
    <tr className="h-9 hover:bg-sunken">
      <td className="px-3 text-text-2">{KINDS[kind]}</td>
      <td className="truncate px-3 font-mono">
        {route === null ? text : <a href={`#${route}`}>{text}</a>}
      </td>
      <td className="truncate px-3 text-text-2">
        {server === LOCAL_SERVER ? "The gateway’s own" : <UntrustedText text={server} />}
      </td>
      <FigureCells figures={item} most={most} />
      <td className="truncate px-3 text-right text-text-2">
        {lastAt === null ? "–" : clockTime(lastAt)}
      </td>
    </tr>
  );
}
