import type { MetricsView } from "@local-mcp/contract";
import { ChartColumn } from "lucide-react";
import { routeTo } from "../../app/router.ts";
import { count } from "../../components/time.ts";
import { HOUR_RANGE } from "../metrics/ranges.ts";
import { useMetrics } from "../metrics/use-metrics.ts";
import { barsOf } from "./bars.ts";
import { hourLogs } from "./hour-logs.ts";

const BARS = 12;
const BAR_WIDTH = 4;
const HEIGHT = 14;

/** How much was called in the last hour, in one line; nothing where nothing was. */
export function LastHour() {
  const { data } = useMetrics(HOUR_RANGE.ms, { top: 1 });
  if (!data || data.totals.calls === 0) return null;
  const { calls, errors } = data.totals;
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      <ChartColumn aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
      Last hour
      <Bars series={data.series} />
      <span>
        {count(calls, "call")} ·{" "}
        <span className={errors === 0 ? undefined : "text-err"}>{count(errors, "error")}</span>
      </span>
      <a href={`#${routeTo("logs", [], { q: hourLogs(errors) })}`}>Debug Logs</a>
      <a href={`#${routeTo("metrics", [], { range: HOUR_RANGE.value })}`}>Metrics</a>
    </p>
  );
}

/** The hour as small bars; the text beside it says what matters of it. */
function Bars({ series }: Pick<MetricsView, "series">) {
  const bars = barsOf(series, BARS);
  const most = Math.max(...bars, 1);
  return (
    <svg aria-hidden width={BARS * BAR_WIDTH} height={HEIGHT} fill="var(--color-chart-1)">
      {bars.map((calls, index) => {
        const height = Math.max((HEIGHT * calls) / most, 1);
        return (
          <rect
            // oxlint-disable-next-line react/no-array-index-key -- a place in the hour
            key={index}
            x={index * BAR_WIDTH}
            y={HEIGHT - height}
            width={BAR_WIDTH - 1}
            height={height}
          />
        );
      })}
    </svg>
  );
}
