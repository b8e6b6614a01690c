import { cpus, totalmem } from "node:os";
import type { Sample } from "./measure.ts";
import { median, table } from "./stats.ts";
import type { Target } from "./targets.ts";

/** A target with what it took, the median over its rounds. */
export interface Result {
  target: Target;
  samples: Sample[];
  median: Sample;
}

const KEYS = [
  "ready",
  "firstCall",
  "p50",
  "p95",
  "p99",
  "listP50",
  "perSecond",
  "rss",
  "pss",
] as const satisfies (keyof Sample)[];
type Key = (typeof KEYS)[number];

const TITLES: Record<Key, string> = {
  ready: "ready ms",
  firstCall: "1st call ms",
  p50: "call p50",
  p95: "p95",
  p99: "p99",
  listP50: "list p50",
  perSecond: "calls/s c16",
  rss: "RSS MB",
  pss: "PSS MB",
};
const DIGITS: Record<Key, number> = {
  ready: 0,
  firstCall: 0,
  p50: 2,
  p95: 2,
  p99: 2,
  listP50: 2,
  perSecond: 0,
  rss: 0,
  pss: 0,
};

/** Where ours has to be ahead of every peer. */
const GATE: Key[] = ["ready", "p50", "p95", "perSecond", "rss"];
/** How many raw hops the gateway may add to a call, at most. */
const HOPS_ALLOWED = 2;

const medianOf = (samples: Sample[], key: Key): number | null => {
  const values = samples.map((sample) => sample[key]).filter((value) => value !== null);
  return values.length > 0 ? median(values) : null;
};

export const summarize = (target: Target, samples: Sample[]): Result => {
  const of = (key: Key) => medianOf(samples, key);
  const sure = (key: Key) => of(key) ?? Number.NaN;
  return {
    target,
    samples,
    median: {
      ready: of("ready"),
      firstCall: of("firstCall"),
      p50: sure("p50"),
      p95: sure("p95"),
      p99: sure("p99"),
      listP50: sure("listP50"),
      perSecond: sure("perSecond"),
      rss: of("rss"),
      pss: of("pss"),
    },
  };
};

const cell = (value: number | null, digits: number) => value?.toFixed(digits) ?? "–";

const ratio = (mine: Sample, theirs: Sample, key: Key): number | null => {
  const [a, b] = [mine[key], theirs[key]];
  return a === null || b === null ? null : a / b;
};

const isAhead = (key: Key, value: number | null) =>
  value === null || (key === "perSecond" ? value > 1 : value < 1);

const header = (first: string) => [first, ...KEYS.map((key) => TITLES[key])];

const values = ({ target, median }: Result) => [
  target.name,
  ...KEYS.map((key) => cell(median[key], DIGITS[key])),
];

/** The tables as text, and what stands against the gates. */
export const report = (results: Result[]): { text: string; behind: string[] } => {
  const behind: string[] = [];
  const parts: string[] = [];
  const group = (name: Target["group"]) => results.filter(({ target }) => target.group === name);
  const withRole = (list: Result[], role: Target["role"]) =>
    list.filter(({ target }) => target.role === role);

  const everything = group("everything");
  if (everything.length > 0) {
    parts.push(table([header("server-everything"), ...everything.map(values)]));
  }
  const [ours] = withRole(everything, "ours");
  const peers = withRole(everything, "peer");
  if (ours && peers.length > 0) {
    const rows = peers.map(({ target, median }) => {
      const cells = KEYS.map((key) => {
        const value = ratio(ours.median, median, key);
        const ahead = isAhead(key, value);
        if (!ahead && GATE.includes(key)) behind.push(`${TITLES[key]} of ${target.name}`);
        return `${cell(value, 2)}${ahead ? "" : " !"}`;
      });
      return [`ours / ${target.name}`, ...cells];
    });
    parts.push(table([header("ratio (! = behind)"), ...rows]));
  }

  const hop = group("hop");
  const [direct] = withRole(hop, "floor");
  const [raw] = withRole(hop, "peer");
  const [through] = withRole(hop, "ours");
  if (hop.length > 0) parts.push(table([header("cheap upstream"), ...hop.map(values)]));
  if (direct && raw && through) {
    const hopAdds = raw.median.p50 - direct.median.p50;
    const weAdd = through.median.p50 - direct.median.p50;
    const hops = weAdd / hopAdds;
    parts.push(
      `added p50: one raw hop ${hopAdds.toFixed(3)} ms, the gateway ${weAdd.toFixed(3)} ms = ${hops.toFixed(2)} hops`,
    );
    if (!(hops <= HOPS_ALLOWED)) behind.push(`more than ${HOPS_ALLOWED} raw hops added`);
  }
  return { text: parts.join("\n\n"), behind };
};

/** All of it for a machine: medians, every round, and where it was run. */
export const asJson = (results: Result[], run: Record<string, unknown>): string => {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
  const targets = results.map(({ target, median, samples }) => ({
    name: target.name,
    group: target.group,
    role: target.role,
    median,
    samples,
  }));
  return `${JSON.stringify({ machine, run, targets }, null, 2)}\n`;
};
