import { useId } from "react";
import { Bar, BarChart, CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame, type Series } from "./chart-frame.tsx";
import {
  callsText,
  latenciesText,
  latencyCell,
  latencyText,
  marksOf,
  markText,
  type Point,
  spanText,
} from "./points.ts";

const CHART_SIZE = { width: "100%", height: 220 };
const TICK = { fill: "var(--color-text-2)", fontSize: 12 };

interface ChartProps {
  points: readonly Point[];
}

/** Both charts. They bring the library that draws them, which no other page needs. */
export function Charts({ points }: ChartProps) {
  return (
    <div className="grid gap-4 wide:grid-cols-2">
      <CallsChart points={points} />
      <LatencyChart points={points} />
    </div>
  );
}

/** How often something was called, and how often that failed. */
function CallsChart({ points }: ChartProps) {
  const stripes = useId();
  return (
    <ChartFrame name="calls" title="Calls" series={CALLS} points={points}>
      <BarChart
        data={[...points]}
        responsive
        style={CHART_SIZE}
        barCategoryGap={1}
        aria-label="Calls over time. Arrow keys go from one interval to the next."
      >
        <defs>
          <ErrorStripes id={stripes} />
        </defs>
        <Axes points={points} at="middle" figure={wholeNumber} />
        <Bar dataKey="ok" stackId="calls" fill="var(--color-ok)" isAnimationActive={false} />
        <Bar
          dataKey="errors"
          stackId="calls"
          fill={`url(#${stripes})`}
          stroke="var(--color-err)"
          isAnimationActive={false}
        />
        <Told points={points} text={callsText} />
      </BarChart>
    </ChartFrame>
  );
}

/** How long calls took: half of them, all but one in twenty, all but one in a hundred. */
function LatencyChart({ points }: ChartProps) {
  return (
    <ChartFrame name="latency" title="Time to answer" series={LATENCIES} points={points}>
      <LineChart
        data={[...points]}
        responsive
        style={CHART_SIZE}
        aria-label="Time to answer over time. Arrow keys go from one interval to the next."
      >
        <Axes points={points} at="at" figure={latencyText} />
        {PERCENTILES.map(({ key, colour, dash, marker }) => (
          <Line
            key={key}
            dataKey={key}
            type="stepAfter"
            stroke={colour}
            strokeWidth={1.5}
            strokeDasharray={dash}
            connectNulls={false}
            isAnimationActive={false}
            activeDot={{ r: 4 }}
            dot={({ cx, cy, index, value }) =>
              value === null ? null : (
                <path key={index} d={marker} fill={colour} transform={`translate(${cx},${cy})`} />
              )
            }
          />
        ))}
        <Told points={points} text={latenciesText} />
      </LineChart>
    </ChartFrame>
  );
}

const wholeNumber = (figure: number): string => figure.toLocaleString();

interface AxesProps {
  points: readonly Point[];
  /** Where in its interval a figure stands. */
  at: "at" | "middle";
  figure: (value: number) => string;
}

/** A true axis of time, so that an interval without calls takes its place like any other. */
function Axes({ points, at, figure }: AxesProps) {
  const from = points[0]?.at ?? 0;
  const to = points.at(-1)?.until ?? from;
  return (
    <>
      <CartesianGrid vertical={false} stroke="var(--color-border)" />
      <XAxis
        dataKey={at}
        type="number"
        scale="time"
        domain={[from, to]}
        ticks={marksOf(from, to)}
        tickFormatter={(mark: number) => markText(mark, from, to)}
        tick={TICK}
        stroke="var(--color-border-strong)"
      />
      <YAxis
        width={64}
        allowDecimals={at === "at"}
        tickFormatter={figure}
        tick={TICK}
        stroke="var(--color-border-strong)"
      />
    </>
  );
}

interface ToldProps {
  points: readonly Point[];
  text: (point: Point) => string;
}

/** What the pointer or the arrow keys are at, shown and spoken. */
function Told({ points, text }: ToldProps) {
  return (
    <Tooltip
      isAnimationActive={false}
      // An interval without calls is a point like any other, and is said to be without.
      filterNull={false}
      cursor={{ stroke: "var(--color-border-strong)", fill: "var(--color-sunken)" }}
      content={({ active, activeIndex }) => {
        const point = active ? points[Number(activeIndex)] : undefined;
        return (
          <div role="status">
            {point ? (
              <p className="rounded-chip border border-border bg-raised px-2 py-1 text-meta text-text shadow-raised">
                {spanText(point)}
                <br />
                {text(point)}
              </p>
            ) : null}
          </div>
        );
      }}
    />
  );
}

const CALLS: readonly Series[] = [
  {
    title: "OK",
    sign: <Swatch fill="var(--color-ok)" />,
    cell: ({ ok }) => ok.toLocaleString(),
  },
  {
    title: "Errors",
    sign: <StripedSwatch />,
    cell: ({ errors }) => errors.toLocaleString(),
  },
];

/** Errors differ from other calls by more than their colour. */
function ErrorStripes({ id }: { id: string }) {
  return (
    <pattern
      id={id}
      width={5}
      height={5}
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect width={5} height={5} fill="var(--color-err-soft)" />
      <rect width={2.5} height={5} fill="var(--color-err)" />
    </pattern>
  );
}

function Swatch({ fill, stroke }: { fill: string; stroke?: string }) {
  return (
    <svg aria-hidden width={12} height={12}>
      <rect x={0.5} y={0.5} width={11} height={11} fill={fill} stroke={stroke} />
    </svg>
  );
}

function StripedSwatch() {
  const id = useId();
  return (
    <>
      <svg aria-hidden width={0} height={0} className="absolute">
        <ErrorStripes id={id} />
      </svg>
      <Swatch fill={`url(#${id})`} stroke="var(--color-err)" />
    </>
  );
}

/** Each differs from the others by colour, dash and marker, which is drawn around 0,0. */
const PERCENTILES = [
  {
    key: "p50",
    colour: "var(--color-chart-1)",
    dash: "none",
    marker: "M-2.5,0a2.5,2.5 0 1,0 5,0a2.5,2.5 0 1,0 -5,0",
  },
  { key: "p95", colour: "var(--color-chart-2)", dash: "6 3", marker: "M-2.5,-2.5h5v5h-5z" },
  { key: "p99", colour: "var(--color-chart-3)", dash: "2 3", marker: "M0,-3.5L3.5,3H-3.5z" },
] as const;

const LATENCIES: readonly Series[] = PERCENTILES.map(({ key, colour, dash, marker }) => ({
  title: key,
  sign: (
    <svg aria-hidden width={28} height={12} viewBox="-14 -6 28 12">
      <path d="M-14,0H14" stroke={colour} strokeWidth={1.5} strokeDasharray={dash} />
      <path d={marker} fill={colour} />
    </svg>
  ),
  cell: (point) => latencyCell(point[key]),
}));
