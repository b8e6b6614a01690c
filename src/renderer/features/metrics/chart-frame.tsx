import { type ReactNode, useId } from "react";
import { Button } from "../../components/button.tsx";
import { Panel } from "../../components/page.tsx";
import { type ChartName, setAsTable, useCharts } from "../../stores/charts.ts";
import { type Point, spanText } from "./points.ts";

export interface Series {
  title: string;
  /** What stands before the title in the legend. */
  sign: ReactNode;
  /** Its figure of one interval, as text. */
  cell: (point: Point) => string;
}

interface ChartFrameProps {
  name: ChartName;
  title: string;
  series: readonly Series[];
  points: readonly Point[];
  children: ReactNode;
}

/** A chart with its legend, or the same figures as a table; which of both is kept. */
export function ChartFrame({ name, title, series, points, children }: ChartFrameProps) {
  const asTable = useCharts((state) => state[name]);
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0 space-y-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 id={id} className="text-field font-semibold">
          {title}
        </h2>
        {asTable ? null : (
          <ul className="flex flex-wrap gap-x-3 text-meta text-text-2">
            {series.map((one) => (
              <li key={one.title} className="flex items-center gap-1">
                {one.sign}
                {one.title}
              </li>
            ))}
          </ul>
        )}
        <Button
          kind="quiet"
          size="toolbar"
          className="ml-auto"
          aria-describedby={id}
          onClick={() => setAsTable(name, !asTable)}
        >
          {asTable ? "Show as chart" : "Show as table"}
        </Button>
      </div>
      {asTable ? (
        <PointTable labelledBy={id} series={series} points={points} />
      ) : (
        <Panel className="px-2 pt-3 pb-1">{children}</Panel>
      )}
    </section>
  );
}

interface PointTableProps {
  labelledBy: string;
  series: readonly Series[];
  points: readonly Point[];
}

function PointTable({ labelledBy, series, points }: PointTableProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
    <div
      role="group"
      aria-labelledby={labelledBy}
      tabIndex={0}
      className="max-h-72 overflow-auto rounded-panel border border-border bg-surface"
    >
      <table aria-labelledby={labelledBy} className="w-full text-left">
        <thead className="sticky top-0 bg-sunken text-meta text-text-2">
          <tr className="h-8">
            <th scope="col" className="px-3 font-medium">
              Time
            </th>
            {series.map(({ title }) => (
              <th key={title} scope="col" className="px-3 text-right font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-border">
          {points.map((point) => (
            <tr key={point.at} className="h-7">
              <th scope="row" className="px-3 font-normal whitespace-nowrap">
                {spanText(point)}
              </th>
              {series.map(({ title, cell }) => (
                <td key={title} className="px-3 text-right whitespace-nowrap">
                  {cell(point)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
