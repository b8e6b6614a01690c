import { logCount, logDetail, logsPage } from "@local-mcp/contract";
import { pause } from "./child.ts";
import { atMost, exactly, type Figure, told } from "./figures.ts";
import { chance, frequentWord, wordOfCall } from "./logs-words.ts";
import { ProbedGateway } from "./probed-gateway.ts";
import { median, percentile } from "./stats.ts";

const PART = "million";
const PAGE = 100;
const OPEN_MS = 300;
const FILTER_MS = 100;
const WORDS_MS = 150;
const JUMP_MS = 100;
const OPENS = 5;
/** A window is opened after a gateway has started, which takes up both cores of a small computer, ms. */
const SETTLE = 1500;

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
  /**
   * On a busy machine, or with fewer rows: only what the gateway computes for a filter is to be
   * within its limit, since other times say more of the machine.
   */
  isShort: boolean;
}

/** Everything that is asked of a log of that size, by a gateway of its own. */
export async function measureMillion({
  dataDir,
  rows,
  repeats,
  isShort,
}: MillionEffort): Promise<Figure[]> {
  const gate = (what: string, ms: number, limit: number): Figure =>
    isShort ? told(PART, what, `${ms.toFixed(0)} ms`) : atMost(PART, what, ms, limit, " ms");
  const opens: Took[] = [];
  for (let count = 0; count < OPENS; count += 1) opens.push(await openedIn(dataDir, rows));
  const gateway = await ProbedGateway.start(dataDir);
  const ask = new Asking(gateway);
  try {
    const { matches } = await ask.count("");
    const errors = (await ask.count("status:error")).matches;
    const random = chance(3);
    const within = (count: number): number => Math.floor(random() * (count - PAGE));
    const filters = await eachFilter(gateway, FILTERS, repeats, (filter) =>
      Promise.all([ask.page(filter), ask.count(filter)]),
    );
    const words = await eachFilter(gateway, wordFilters(rows), repeats, (one) => ask.page(one));
    const seldom = Math.ceil(repeats / 5);
    const counted = await eachFilter(gateway, wordFilters(rows), seldom, (one) => ask.count(one));
    const jumps = await took(gateway, repeats * 5, () => ask.at("", within(matches)));
    const toErrors = await took(gateway, repeats * 5, () => ask.at("status:error", within(errors)));
    const details = await timesOf(repeats * 5, () => ask.detail(1 + within(rows)));
    const parts = await timesOf(seldom, () =>
      ask.page(`contains:"${frequentWord(777).slice(1)} " server:github status:error after:2d`),
    );
    const [slowest, hardest, word, hardestWord, count] = [
      most(filters, "p95"),
      most(filters, "computed"),
      most(words, "p95"),
      most(words, "computed"),
      most(counted, "p95"),
    ];
    const opened = opens.map(({ p95 }) => p95);
    return [
      gate(`first page and count of a new process, median of ${OPENS}`, median(opened), OPEN_MS),
      told(PART, "the slowest of them", `${Math.max(...opened).toFixed(0)} ms`),
      computed("first page and count", median(opens.map((open) => open.computed)), OPEN_MS),
      exactly(PART, "rows", Math.min(matches, rows), rows),
      gate(
        `page and count by the slowest of ${FILTERS.length} filters, p95`,
        slowest.value,
        FILTER_MS,
      ),
      told(PART, "  which is, and the median of all", slowest.said),
      computed("page and count by a filter", hardest.value, FILTER_MS),
      told(PART, "  which is, and the median of all", hardest.said),
      gate("first 100 hits of words, the slowest, p95", word.value, WORDS_MS),
      told(PART, "  which is, and the median of all", word.said),
      computed("first 100 hits of words", hardestWord.value, WORDS_MS),
      told(PART, "count of words, the slowest, p95", `${count.value.toFixed(0)} ms`),
      told(PART, "  which is, and the median of all", count.said),
      gate("jump to any row, p95", jumps.p95, JUMP_MS),
      gate("jump to any row that failed, p95", toErrors.p95, JUMP_MS),
      computed("a jump", Math.max(jumps.computed, toErrors.computed), JUMP_MS),
      told(PART, "messages of any row, p95", `${percentile(details, 0.95).toFixed(1)} ms`),
      told(PART, "part of a word within a filter, p95", `${percentile(parts, 0.95).toFixed(0)} ms`),
    ];
  } finally {
    await gateway.close();
  }
}

/** By all threads of the gateway; of fewer rows, or beside others, too. */
const computed = (what: string, ms: number, limit: number): Figure =>
  atMost(PART, `computed for ${what}`, ms, limit, " ms");

/** What a window asks first, of a gateway that has just started, once. */
async function openedIn(dataDir: string, rows: number): Promise<Took> {
  const gateway = await ProbedGateway.start(dataDir);
  const ask = new Asking(gateway);
  try {
    await pause(SETTLE);
    // A connection and the rest of the API; what is measured is the log.
    await gateway.ask("GET", "/settings");
    return await took(gateway, 1, async () => {
      const [page, count] = await Promise.all([ask.page(""), ask.count("")]);
      if (page.rows.length !== PAGE || count.matches < rows) throw new Error("rows are missing");
    });
  } finally {
    await gateway.close();
  }
}

/** What something takes, ms. */
interface Took {
  p95: number;
  /** By all threads of the gateway, each time. */
  computed: number;
}

/** The first time, which reads what is on the disk, is one of them. */
async function eachFilter(
  gateway: ProbedGateway,
  filters: readonly string[],
  repeats: number,
  work: (filter: string) => Promise<unknown>,
): Promise<Map<string, Took>> {
  const each = new Map<string, Took>();
  for (const filter of filters) each.set(filter, await took(gateway, repeats, () => work(filter)));
  return each;
}

async function took(
  gateway: ProbedGateway,
  repeats: number,
  work: () => Promise<unknown>,
): Promise<Took> {
  gateway.begin();
  const p95 = percentile(await timesOf(repeats, work), 0.95);
  const { cpuMs } = await gateway.end();
  return { p95, computed: cpuMs / repeats };
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

/** The filter that takes the most. */
function most(filters: Map<string, Took>, of: keyof Took): { value: number; said: string } {
  const sorted = [...filters].toSorted((one, other) => other[1][of] - one[1][of]);
  const [worst] = sorted;
  if (!worst) throw new Error("nothing was measured");
  const [filter, { [of]: value }] = worst;
  const middle = median(sorted.map(([, one]) => one[of]));
  return { value, said: `${filter || "(none)"}, ${middle.toFixed(1)} ms` };
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
