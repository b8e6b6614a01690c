import { pause } from "../child.ts";
import { type BenchClient, HttpClient } from "../client.ts";
import { atMost, told } from "../figures.ts";
import { isRecord } from "../../e2e/fixtures/json-rpc.ts";
import { connected, eventually, timed } from "../measure.ts";
import { OurDirectory } from "../ours.ts";
import { median, percentile } from "../stats.ts";
import { TOOLS_OF_MANY } from "../upstream-answers.ts";
import { served, type Served } from "./serving.ts";
import type { Scenario, Stage } from "./scenario.ts";

const PART = "merged list";
const SERVERS = 50;
const TOOLS = SERVERS * TOOLS_OF_MANY;
const PROFILE = "many";
const CACHED_MS = 5;
/** What is told of servers that have just started is told by then, ms. */
const SETTLE = 3000;

interface Round {
  /** From spawn until clients are served, and until all tools are listed. */
  cold: { serving: number; all: number };
  /** Of the start after that, with its last-good lists: the first list with its parsing, ms. */
  restarted: number;
  /** Of further lists, ms. */
  cached: number[];
  /** As many characters from the cheap server itself, ms. */
  floor: number[];
  characters: number;
}

const listAll = async (client: BenchClient): Promise<void> => {
  const result = await client.request("tools/list");
  const count = isRecord(result) && Array.isArray(result.tools) ? result.tools.length : 0;
  if (count !== TOOLS) throw new Error(`${count} of ${TOOLS} tools are listed`);
};

const measureRound = async (
  stage: Stage,
  directory: OurDirectory,
  { headers, lists }: { headers: Record<string, string>; lists: number },
): Promise<Round> => {
  const use = <T>(work: (client: HttpClient, running: Served) => Promise<T>): Promise<T> =>
    served(stage, directory, async (running) => {
      const url = running.urlOf(PROFILE);
      const client = await connected(() => new HttpClient({ kind: "http", url, headers }));
      try {
        return await work(client, running);
      } finally {
        await client.close();
      }
    });
  const first = await use(async (client, { began }) => {
    const serving = performance.now() - began;
    await eventually(() => listAll(client));
    const cold = { serving, all: performance.now() - began };
    await pause(SETTLE);
    const { length: characters } = await client.text("tools/list");
    const cached = await timed(lists, () => client.text("tools/list"));
    return { cold, cached, characters, floor: await bytesAlone(stage, characters, lists) };
  });
  const restarted = await use(async (client) => {
    const [ms = Number.NaN] = await timed(1, () => listAll(client));
    return ms;
  });
  return { ...first, restarted };
};

/** How long the cheap server takes for so many characters, ms. */
const bytesAlone = async ({ upstream }: Stage, count: number, times: number): Promise<number[]> => {
  const client = new HttpClient({ kind: "http", url: `http://127.0.0.1:${upstream.port}/mcp` });
  try {
    return await timed(times, () =>
      client.text("tools/call", { name: "bytes", arguments: { count } }),
    );
  } finally {
    await client.close();
  }
};

/** One profile with many servers: what its client waits for until it knows all tools, and later. */
export const measureLists: Scenario = async (stage) => {
  const { rounds, lists } = stage.isQuick ? { rounds: 1, lists: 20 } : { rounds: 5, lists: 200 };
  const template = new OurDirectory(stage.root, "lists");
  const names = Array.from({ length: SERVERS }, (_, at) => `server-${at}`);
  const urlOf = (name: string) => `http://127.0.0.1:${stage.upstream.port}/many/${name}`;
  template.importServers(Object.fromEntries(names.map((name) => [name, { url: urlOf(name) }])));
  const headers = template.addProfile(PROFILE, names);

  const all: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    stage.interrupted.throwIfAborted();
    stage.say(`round ${round} of ${rounds}: ${TOOLS} tools`);
    all.push(await measureRound(stage, template.copy(`lists-${round}`), { headers, lists }));
  }
  const cached = all.flatMap((round) => round.cached);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const of = (value: (round: Round) => number) => ms(median(all.map(value)));
  return {
    title: `${SERVERS} servers with ${TOOLS_OF_MANY} tools each`,
    tables: [],
    notes: [
      `The merged list is ${((all[0]?.characters ?? 0) / 1024).toFixed(0)} KB. It is timed until it is read whole, and not parsed.`,
    ],
    figures: [
      atMost(PART, "cached, p50", percentile(cached, 0.5), CACHED_MS, " ms"),
      told(PART, "cached, p99", ms(percentile(cached, 0.99))),
      told(
        PART,
        "as much from the cheap server itself, p50",
        of(({ floor }) => median(floor)),
      ),
      told(
        PART,
        "the first after a restart",
        of(({ restarted }) => restarted),
      ),
      told(
        PART,
        "first start: from spawn until served",
        of(({ cold }) => cold.serving),
      ),
      told(
        PART,
        "first start: from served until all are listed",
        of(({ cold }) => cold.all - cold.serving),
      ),
    ],
    data: all,
  };
};
