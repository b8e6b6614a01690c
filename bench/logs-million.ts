import { logCount, logDetail, logsPage } from "@local-mcp/contract";
import { atMost, exactly, type Figure, told } from "./logs-report.ts";
import { chance, frequentWord, wordOfCall } from "./logs-words.ts";
import { ProbedGateway } from "./probed-gateway.ts";
import { median, percentile } from "./stats.ts";

const PART = "million";
const PAGE = 100;
const OPEN_MS = 300;
const WORDS_MS = 150;
const JUMP_MS = 100;
const OPENS = 5;

/** One of each kind, and several together. */
const FILTERS = [
  "",
  "profile:work",
  "server:github",
  "server:files,notes",
  "method:tools/list",
  "tool:create_issue",
  "tool:create_*",
  'client:"Claude Code"',
  "session:session-700",
  "status:error",
  "status:cancelled",
  "status:timed_out",
  "kind:upstream",
  "kind:notification",
  "era:modern",
  "http:200",
  "http:404",
  "code:server_failed",
  "linked:c4zsa",
  "pinned:yes",
  "note:yes",
  "duration:>500",
  "duration:100..500",
  "size:>4kb",
  "after:1d",
  "after:4d before:2d",
  "-kind:notification",
  "profile:dev server:files method:tools/call status:error duration:>500",
  "client:Cursor era:modern tool:read_file -status:ok after:3d",
  "profile:home kind:request status:cancelled duration:>800 size:>2kb",
];

/** Words that nearly every row has, some, few, one and none; phrases; with other conditions. */
const wordFilters = (rows: number): string[] => [
  `text:${frequentWord(0)}`,
  `text:${frequentWord(20)}`,
  `text:${frequentWord(300)}`,
  `text:${frequentWord(3000)}`,
  `text:${frequentWord(7000)}`,
  `text:${wordOfCall(Math.floor(rows / 5))}`,
  "text:zzzzz",
  `text:"${frequentWord(0)} ${frequentWord(1)}"`,
  `text:"${frequentWord(40)} ${frequentWord(90)}"`,
  `${frequentWord(5)} ${frequentWord(60)}`,
  `text:${frequentWord(10)} status:error`,
  `text:${frequentWord(200)} server:github tool:create_issue`,
  `text:${frequentWord(2000)} profile:home status:timed_out`,
  `text:${frequentWord(0)} linked:c4zsa`,
];

export interface MillionEffort {
  dataDir: string;
  rows: number;
  /** How often each filter is asked. */
  repeats: number;
  /** What any filter takes at most, ms; of fewer rows less. */
  filterMs: number;
  /** Which part of the times of each filter is to be within that. */
  share: number;
}

/** Everything that is asked of a log of that size, by a gateway of its own. */
export async function measureMillion({
  dataDir,
  rows,
  repeats,
  filterMs,
  share,
}: MillionEffort): Promise<Figure[]> {
  const figures: Figure[] = [];
  const opens: number[] = [];
  for (let count = 0; count < OPENS; count += 1) opens.push(await openedIn(dataDir, rows));
  figures.push(
    atMost(
      PART,
      `first page and count of a new process, median of ${OPENS}`,
      median(opens),
      OPEN_MS,
      " ms",
    ),
    told(PART, "the slowest of them", `${Math.max(...opens).toFixed(0)} ms`),
  );
  const gateway = await ProbedGateway.start(dataDir);
  const ask = new Asking(gateway);
  try {
    const { matches } = await ask.count("");
    figures.push(exactly(PART, "rows", Math.min(matches, rows), rows));
    const filters = await eachFilter(FILTERS, repeats, (filter) =>
      Promise.all([ask.page(filter), ask.count(filter)]),
    );
    figures.push(...worstOf("page and count by a filter", filters, share, filterMs));
    const words = await eachFilter(wordFilters(rows), repeats, (filter) => ask.page(filter));
    figures.push(...worstOf("first 100 hits of words", words, share, WORDS_MS));
    const counted = await eachFilter(wordFilters(rows), Math.ceil(repeats / 5), (filter) =>
      ask.count(filter),
    );
    figures.push(...worstOf("count of words", counted, share, null));
    const random = chance(3);
    const jumps = await timesOf(repeats * 5, () =>
      ask.at("", Math.floor(random() * (matches - PAGE))),
    );
    const errors = (await ask.count("status:error")).matches;
    const filteredJumps = await timesOf(repeats * 5, () =>
      ask.at("status:error", Math.floor(random() * (errors - PAGE))),
    );
    const details = await timesOf(repeats * 5, () => ask.detail(1 + Math.floor(random() * rows)));
    figures.push(
      atMost(PART, "jump to any row, p95", percentile(jumps, 0.95), JUMP_MS, " ms"),
      atMost(
        PART,
        "jump to any row that failed, p95",
        percentile(filteredJumps, 0.95),
        JUMP_MS,
        " ms",
      ),
      told(PART, "jumps, the slowest", `${Math.max(...jumps, ...filteredJumps).toFixed(0)} ms`),
      told(PART, "messages of any row, p95", `${percentile(details, 0.95).toFixed(1)} ms`),
    );
    const contained = await timesOf(Math.ceil(repeats / 5), () =>
      ask.page(`contains:"${frequentWord(777).slice(1)} " server:github status:error after:2d`),
    );
    figures.push(
      told(
        PART,
        "part of a word within a filter, p95",
        `${percentile(contained, 0.95).toFixed(0)} ms`,
      ),
    );
  } finally {
    await gateway.close();
  }
  return figures;
}

/** What a window asks first, of a gateway that has just started, ms. */
async function openedIn(dataDir: string, rows: number): Promise<number> {
  const gateway = await ProbedGateway.start(dataDir);
  const ask = new Asking(gateway);
  try {
    // A connection and the rest of the API; what is measured is the log.
    await gateway.ask("GET", "/settings");
    const began = performance.now();
    const [page, count] = await Promise.all([ask.page(""), ask.count("")]);
    const took = performance.now() - began;
    if (page.rows.length !== PAGE || count.matches < rows) throw new Error("rows are missing");
    return took;
  } finally {
    await gateway.close();
  }
}

/** Times of each filter, ms. The first time, which reads what is on the disk, is one of them. */
async function eachFilter(
  filters: readonly string[],
  repeats: number,
  work: (filter: string) => Promise<unknown>,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (const filter of filters) times.set(filter, await timesOf(repeats, () => work(filter)));
  return times;
}

async function timesOf(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times;
}

/** The slowest filter, by the time that so much of its times are within. */
function worstOf(
  what: string,
  times: Map<string, number[]>,
  share: number,
  limit: number | null,
): Figure[] {
  const sorted = [...times]
    .map(([filter, list]) => ({ filter, took: percentile(list, share) }))
    .toSorted((one, other) => other.took - one.took);
  const [worst] = sorted;
  if (!worst) throw new Error("nothing was measured");
  const name = `${what}, p${share * 100} of the slowest of ${sorted.length}`;
  const middle = median(sorted.map(({ took }) => took)).toFixed(1);
  return [
    limit === null
      ? told(PART, name, `${worst.took.toFixed(0)} ms`)
      : atMost(PART, name, worst.took, limit, " ms"),
    told(PART, "  which is, and the median of all", `${worst.filter || "(none)"}, ${middle} ms`),
  ];
}

/** What the window asks of a log. */
class Asking {
  readonly #gateway: ProbedGateway;

  constructor(gateway: ProbedGateway) {
    this.#gateway = gateway;
  }

  async page(filter: string) {
    return logsPage.parse(await this.#get("", { filter, limit: PAGE }));
  }

  async at(filter: string, index: number) {
    const page = logsPage.parse(await this.#get("", { filter, index, limit: PAGE }));
    if (page.rows.length !== PAGE) throw new Error(`no page at ${index} of ${filter}`);
    return page;
  }

  async count(filter: string) {
    return logCount.parse(await this.#get("/count", { filter }));
  }

  async detail(id: number) {
    return logDetail.parse(await this.#get(`/${id}`, {}));
  }

  #get(path: string, query: Record<string, string | number>): Promise<unknown> {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    return this.#gateway.ask("GET", `/logs${path}?${search.toString()}`);
  }
}
