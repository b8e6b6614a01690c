import { availableParallelism } from "node:os";
import type { Era } from "../../e2e/fixtures/conformance/protocol.ts";
import { atLeast, atMost, exactly, type Figure, told } from "../figures.ts";
import { CALLERS, type Callers, type Load, type Sample } from "../measure.ts";
import { median } from "../stats.ts";
import type { Target } from "../targets.ts";
import type { Section, Table } from "./scenario.ts";

/** A target with what it took, the median over its rounds. */
export interface Result {
  target: Target;
  samples: Sample[];
  median: Sample;
}

const TITLES: Record<Target["group"], string> = {
  everything: "server-everything",
  hop: "cheap server, HTTP",
  pipe: "cheap server, stdio",
};
const ERAS: readonly Era[] = ["legacy", "modern"];

/** How many raw hops the gateway may add to a call, at most. */
const HOPS_ALLOWED = 2;
const ADDED_P99_MS = 1;
/** Beyond the direct pipe. */
const ADDED_TO_PIPE_MS = 0.25;
const PER_SECOND = 8000;
const BUSY: Callers = 32;

const middle = (values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? median(known) : null;
};

export const summarize = (target: Target, samples: Sample[]): Result => {
  const of = (key: "ready" | "firstCall" | "listP50" | "rss" | "pss") =>
    middle(samples.map((sample) => sample[key]));
  const loads = (samples[0]?.loads ?? []).map(({ era, callers }): Load => {
    const all = samples.flatMap((sample) => loadOf(sample, era, callers) ?? []);
    const sure = (key: "p50" | "p95" | "p99" | "perSecond" | "clientUs") =>
      median(all.map((load) => load[key]));
    return {
      era,
      callers,
      p50: sure("p50"),
      p95: sure("p95"),
      p99: sure("p99"),
      perSecond: sure("perSecond"),
      clientUs: sure("clientUs"),
      targetUs: middle(all.map(({ targetUs }) => targetUs)),
    };
  });
  return {
    target,
    samples,
    median: {
      ready: of("ready"),
      firstCall: of("firstCall"),
      listP50: of("listP50") ?? Number.NaN,
      loads,
      rss: of("rss"),
      pss: of("pss"),
    },
  };
};

const loadOf = ({ loads }: Sample, era: Era, callers: Callers): Load | undefined =>
  loads.find((load) => load.era === era && load.callers === callers);

const cell = (value: number | null | undefined, digits = 0) => value?.toFixed(digits) ?? "–";

const startTable = (title: string, results: Result[]): Table => ({
  rows: [
    [title, "ready ms", "1st call ms", "list p50 ms", "RSS MB", "PSS MB"],
    ...results.map(({ target, median }) => [
      target.name,
      cell(median.ready),
      cell(median.firstCall),
      cell(median.listP50, 2),
      cell(median.rss),
      cell(median.pss),
    ]),
  ],
});

const callTable = (title: string, results: Result[]): Table => ({
  rows: [
    [
      `${title}: calls, ms`,
      ...CALLERS.flatMap((callers) => [`p50 c${callers}`, "p95", "p99", "calls/s"]),
    ],
    ...results.flatMap(({ target, median }) =>
      target.eras.map((era) => [
        target.eras.length > 1 ? `${target.name}, ${era}` : target.name,
        ...CALLERS.flatMap((callers) => {
          const load = loadOf(median, era, callers);
          return [
            cell(load?.p50, 2),
            cell(load?.p95, 2),
            cell(load?.p99, 2),
            cell(load?.perSecond),
          ];
        }),
      ]),
    ),
  ],
});

interface Gate {
  title: string;
  of: (sample: Sample) => number | null | undefined;
  isMoreBetter?: boolean;
}

/** Where ours has to be ahead of every peer. */
const GATES: Gate[] = [
  { title: "ready", of: ({ ready }) => ready },
  { title: "p50 c1", of: (sample) => loadOf(sample, "legacy", 1)?.p50 },
  { title: "p95 c1", of: (sample) => loadOf(sample, "legacy", 1)?.p95 },
  ...CALLERS.map((callers) => ({
    title: `calls/s c${callers}`,
    of: (sample: Sample) => loadOf(sample, "legacy", callers)?.perSecond,
    isMoreBetter: true,
  })),
  { title: "RSS", of: ({ rss }) => rss },
];

const besidePeers = (ours: Result, peers: Result[]): { table: Table; behind: string[] } => {
  const behind: string[] = [];
  const rows = peers.map(({ target, median }) => {
    const cells = GATES.map(({ title, of, isMoreBetter = false }) => {
      const [mine, theirs] = [of(ours.median) ?? null, of(median) ?? null];
      if (mine === null || theirs === null) return "–";
      const ratio = mine / theirs;
      const isAhead = isMoreBetter ? ratio > 1 : ratio < 1;
      if (!isAhead) behind.push(`${title} of ${target.name}`);
      return `${ratio.toFixed(2)}${isAhead ? "" : " !"}`;
    });
    return [`ours / ${target.name}`, ...cells];
  });
  const head = ["ratio (! = behind)", ...GATES.map(({ title }) => title)];
  return { table: { rows: [head, ...rows] }, behind };
};

/** The same calls without anything between, through a raw hop (over HTTP alone), and through ours. */
interface Compared {
  era: Era;
  floor: Result;
  raw: Result | undefined;
  ours: Result;
}

const added = (
  { floor, era }: Compared,
  over: Result,
  callers: Callers,
  key: "p50" | "p99",
): number => {
  const of = ({ median }: Result) => loadOf(median, era, callers)?.[key] ?? Number.NaN;
  return of(over) - of(floor);
};

/** What a call takes more, at so many callers: through the raw hop where there is one, and ours. */
const addedCells = (compared: Compared, callers: Callers): Record<string, number> => ({
  ...(compared.raw && { "raw hop p50": added(compared, compared.raw, callers, "p50") }),
  "ours p50": added(compared, compared.ours, callers, "p50"),
  "ours p99": added(compared, compared.ours, callers, "p99"),
});

const addedTable = (title: string, all: Compared[]): Table => {
  const row = (compared: Compared) =>
    CALLERS.flatMap((callers) =>
      Object.entries(addedCells(compared, callers)).map(([name, value]) => ({
        name: `c${callers} ${name}`,
        value: value.toFixed(3),
      })),
    );
  const names = all.slice(0, 1).flatMap((compared) => row(compared).map(({ name }) => name));
  return {
    rows: [
      [`${title}: added, ms`, ...names],
      ...all.map((compared) => [compared.era, ...row(compared).map(({ value }) => value)]),
    ],
  };
};

const figuresOf = (group: Target["group"], compared: Compared): Figure[] => {
  const { era, floor, raw, ours } = compared;
  const part = `${TITLES[group]}, ${era}`;
  const adds = added(compared, ours, 1, "p50");
  const figures = raw
    ? [
        atMost(
          part,
          "p50 added at 1 caller, in raw hops",
          adds / added(compared, raw, 1, "p50"),
          HOPS_ALLOWED,
        ),
      ]
    : [atMost(part, "p50 added to the pipe at 1 caller", adds, ADDED_TO_PIPE_MS, " ms")];
  figures.push(
    atMost(part, "p99 added at 1 caller", added(compared, ours, 1, "p99"), ADDED_P99_MS, " ms"),
  );
  const limit = loadOf(floor.median, era, BUSY)?.perSecond ?? Number.NaN;
  const goal = Math.floor(Math.min(PER_SECOND, limit));
  figures.push(
    atLeast(
      part,
      `calls/s at ${BUSY} callers`,
      loadOf(ours.median, era, BUSY)?.perSecond ?? Number.NaN,
      goal,
    ),
    told(part, "  the client alone with the server", `${cell(limit)}/s`),
  );
  const through = raw && loadOf(raw.median, era, BUSY)?.perSecond;
  if (through) figures.push(told(part, "  through a raw hop", `${cell(through)}/s`));
  return figures;
};

/** Who has how much to do, which says what the limit is. */
const busyNote = (group: Target["group"], { era, floor, ours }: Compared): string | null => {
  const [direct, through] = [floor, ours].map(({ median }) => loadOf(median, era, BUSY));
  if (!direct || !through?.targetUs) return null;
  const shares = {
    client: through.clientUs,
    // What is started by the client is not measured.
    ...(direct.targetUs === null ? {} : { server: direct.targetUs }),
    gateway: through.targetUs,
  };
  const cores = availableParallelism();
  // What is written down is written in another thread of the gateway than what is answered.
  const most = (cores * 1e6) / Object.values(shares).reduce((sum, us) => sum + us, 0);
  const taken = Object.entries(shares).map(([who, us]) => `${who} ${us.toFixed(0)} µs`);
  return `${TITLES[group]}, ${era}, ${BUSY} callers: of a core, a call takes: ${taken.join(", ")}. By that no more than ${most.toFixed(0)} calls/s pass on ${cores} cores. The client's own limit, with the server alone and a core for itself, is ${(1e6 / direct.clientUs).toFixed(0)} calls/s.`;
};

/** The tables of the calls, and what is asked of them. */
export const reportCalls = (results: Result[]): Omit<Section, "data"> => {
  const tables: Table[] = [];
  const notes: string[] = [];
  const figures: Figure[] = [];
  for (const group of ["everything", "hop", "pipe"] as const) {
    const members = results.filter(({ target }) => target.group === group);
    if (members.length === 0) continue;
    tables.push(startTable(TITLES[group], members), callTable(TITLES[group], members));
    const [ours] = members.filter(({ target }) => target.role === "ours");
    const peers = members.filter(({ target }) => target.role === "peer");
    if (group === "everything") {
      if (!ours || peers.length === 0) continue;
      const { table, behind } = besidePeers(ours, peers);
      tables.push(table);
      figures.push(exactly("peers", "in which one of them is ahead of us", behind.length, 0));
      if (behind.length > 0) notes.push(`Behind: ${behind.join(", ")}.`);
      continue;
    }
    const [floor] = members.filter(({ target }) => target.role === "floor");
    const [raw] = peers;
    if (!floor || !ours || (group === "hop" && !raw)) continue;
    const compared = ERAS.map((era): Compared => ({ era, floor, raw, ours }));
    tables.push(addedTable(TITLES[group], compared));
    for (const one of compared) {
      figures.push(...figuresOf(group, one));
      const note = busyNote(group, one);
      if (note !== null) notes.push(note);
    }
  }
  return { title: "Calls", tables, notes, figures };
};
