import { LOCAL_SERVER, type MetricsView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ChartColumn } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api, queryClient } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Menu } from "../../components/menu.tsx";
import { Page } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime } from "../../components/time.ts";
import { pointsOf, zoneText } from "./points.ts";
import { RANGES, rangeOf } from "./ranges.ts";
import { ResetDialog } from "./reset-dialog.tsx";
import { Totals } from "./totals.tsx";
import { UsedTable } from "./used-table.tsx";
import { useMetrics } from "./use-metrics.ts";

/** A quarter of the window's code, so it is read when this page is first seen. */
const Charts = lazy(async () => ({ default: (await import("./charts.tsx")).Charts }));

/** Stands for no choice; nothing that can be chosen is called so. */
const ALL = "(all)";
const OWN = { value: LOCAL_SERVER, label: "The gateway’s own" };
/** All that a query gives: what is rarely called may be what fails. */
const TOP = 500;

/** How often what was called, and how long it took. */
export function MetricsPage() {
  const [range, setRange] = useParam("range");
  const [profile, setProfile] = useParam("profile");
  const [server, setServer] = useParam("server");
  const [isResetting, setResetting] = useState(false);
  const profiles = useQuery(api.profiles.list.queryOptions()).data ?? [];
  const servers = useQuery(api.servers.list.queryOptions()).data ?? [];
  const { value, ms } = rangeOf(range);
  const { data, error, refetch, dataUpdatedAt } = useMetrics(ms, {
    top: TOP,
    ...(profile !== "" && { profile }),
    ...(server !== "" && { server }),
  });
  return (
    <Page
      title="Metrics"
      actions={
        <>
          <Select
            label="Range"
            hideLabel
            size="toolbar"
            className="w-36"
            value={value}
            options={[...RANGES]}
            onChange={setRange}
          />
          <Filter
            label="Profile"
            all="All profiles"
            value={profile}
            options={profiles.map(({ slug, name }) => ({ value: slug, label: name }))}
            onChange={setProfile}
          />
          <Filter
            label="Server"
            all="All servers"
            value={server}
            options={[...servers.map(({ name, title }) => ({ value: name, label: title })), OWN]}
            onChange={setServer}
          />
          <Menu
            label="More for metrics"
            entries={[{ label: "Reset…", danger: true, run: () => setResetting(true) }]}
          />
        </>
      }
    >
      {error ? (
        <ProblemView
          what={
            data
              ? `The metrics could not be read. These are of ${clockTime(dataUpdatedAt)}.`
              : "The metrics could not be read."
          }
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? (
        <Counted view={data} />
      ) : error ? null : (
        <SkeletonRows label="Reading the metrics" rows={6} />
      )}
      {isResetting ? <ResetDialog server={server} onClose={() => setResetting(false)} /> : null}
    </Page>
  );
}

function Counted({ view }: { view: MetricsView }) {
  return (
    <>
      {view.recording ? null : <NotCounted />}
      {view.totals.calls === 0 ? (
        <EmptyState icon={ChartColumn}>Nothing was called in this range.</EmptyState>
      ) : (
        <>
          <Totals totals={view.totals} />
          <Suspense fallback={<SkeletonRows label="Drawing the charts" rows={6} />}>
            <Charts points={pointsOf(view)} />
          </Suspense>
          <p className="text-meta text-text-2">Times are of {zoneText(view.to)}.</p>
          <UsedTable items={view.items} />
        </>
      )}
    </>
  );
}

/** That nothing is added to what is shown: by a person's wish, or because it cannot be written. */
function NotCounted() {
  const settings = useQuery(api.settings.list.queryOptions()).data;
  const update = useMutation(
    api.settings.update.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: api.metrics.key() }),
    }),
  );
  const isOff = settings?.some(({ key, value }) => key === "metrics" && value === false) === true;
  return (
    <Banner
      level="note"
      title="Calls are not counted."
      actions={
        isOff ? (
          <Button
            kind="primary"
            disabled={update.isPending}
            onClick={() => update.mutate({ metrics: true })}
          >
            Count calls
          </Button>
        ) : null
      }
    >
      {update.error ? <p className="text-err">{problemLine(update.error)}</p> : null}
    </Banner>
  );
}

interface FilterProps {
  label: string;
  /** What no choice is called. */
  all: string;
  /** Empty where nothing was chosen. */
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Filter({ label, all, value, options, onChange }: FilterProps) {
  return (
    <Select
      label={label}
      hideLabel
      size="toolbar"
      className="w-40"
      placeholder={value}
      options={[{ value: ALL, label: all }, ...options]}
      value={value === "" ? ALL : value}
      onChange={(next) => onChange(next === ALL ? "" : next)}
    />
  );
}
