/**
 * The built gateway under mixed traffic for long: `npm run soak [-- --minutes N --short --seed N
 * --out FOLDER]`. Clients of both eras call, vanish, come back, read slowly, cancel and subscribe;
 * servers are killed; people make backups, import and take back, change settings. Every answer is
 * checked. At the end nothing may have been lost or wrong, memory may not grow, and what the gateway
 * holds at rest is what it held before. `--short` takes about two minutes and judges all but slopes
 * over time and times. On Linux, whose `/proc` it reads.
 */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "../../bench/stats.ts";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { until } from "../leaks/until.ts";
import {
  bridgedClients,
  cancellingClients,
  legacyClients,
  modernClients,
  ProbeCalls,
  signedInClient,
  slowReaders,
  subscribers,
} from "./clients.ts";
import { curves } from "./curves.ts";
import { judgeLeftBehind } from "./left-behind.ts";
import { killServers, People } from "./people.ts";
import { Provoked } from "./provoked.ts";
import { Random } from "./random.ts";
import { type Sample, Sampler } from "./sample.ts";
import { SoakedGateway } from "./soaked-gateway.ts";
import { prepare, REMOTE, untilAllReady } from "./stage.ts";
import { LOST_MS, Tally } from "./tally.ts";
import { type Judgement, judgeRest, judgeSlopes, judgeTimes, moreThan } from "./verdict.ts";
import { countOf, optionsOf } from "../../scripts/options.ts";

const MINUTE_MS = 60_000;
/** Legacy and modern clients of each kind at a time. */
const CLIENTS = 3;
const SHOWN_FAULTS = 30;
/** An idle thread ends after half a minute, and what it has open with it. */
const REST_MS = 2 * MINUTE_MS;
const LOOK_MS = 1000;

const { values: options } = optionsOf({
  options: {
    minutes: { type: "string", default: "120" },
    short: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});

const seed = countOf("seed", options.seed);

/**
 * How long each part takes, ms; a warm-up and the traffic are a round of everything at least. After
 * the warm-up nothing may change for `quiet`.
 */
const PACE = options.short
  ? { warmUp: 10_000, traffic: 20_000, sample: 5000, gap: 0, quiet: 5000 }
  : {
      warmUp: 2 * MINUTE_MS,
      traffic: countOf("minutes", options.minutes) * MINUTE_MS,
      sample: 15_000,
      gap: 4000,
      quiet: 45_000,
    };

interface Run {
  gateway: SoakedGateway;
  tally: Tally;
  provoked: Provoked;
  calls: ProbeCalls;
  sampler: Sampler;
}

/** All clients and people, for so long and for one round of everything at least. */
const traffic = async (
  { gateway, tally, provoked, calls, sampler }: Run,
  { name, ms }: { name: string; ms: number },
  onSample: (sample: Sample) => void,
): Promise<void> => {
  const { token, dataDir } = gateway.stage;
  const seeds = new Random(seed).fork(name);
  const ending = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const around = (who: string) => ({
    at: (profile: string) => ({ url: `${gateway.url}/mcp/${profile}`, headers }),
    tally,
    provoked,
    over: ending.signal,
    random: seeds.fork(who),
    gateway,
  });
  const people = new People(around("people"));
  const many = (who: string, lane: (one: ReturnType<typeof around>) => Promise<void>) =>
    Array.from({ length: CLIENTS }, (_, index) => lane(around(`${who} ${index}`)));
  const sampling = async (): Promise<void> => {
    for (let next = performance.now(); !ending.signal.aborted; next += PACE.sample) {
      await until(() => ending.signal.aborted || performance.now() >= next, Infinity, 100);
      if (ending.signal.aborted) return;
      onSample(await sampler.take());
      provoked.forget(performance.now() - 2 * LOST_MS);
    }
  };
  const all = Promise.all([
    calls.run(around("probe")),
    ...many("legacy", legacyClients),
    ...many("modern", modernClients),
    bridgedClients(around("bridge"), dataDir),
    slowReaders(around("slow")),
    cancellingClients(around("cancelling")),
    subscribers(around("subscriber")),
    signedInClient(around("signed in")),
    killServers(around("kills")),
    people.run(PACE.gap),
    sampling(),
  ]);
  const began = performance.now();
  const isOver = () => performance.now() - began > ms && people.rounds > 0;
  await Promise.race([all, until(isOver, Infinity, 100)]);
  ending.abort();
  await all;
};

/**
 * Waits until everything is closed that the traffic has opened. What a client without a session has
 * opened at a remote server rests for ten minutes after its last call, so these begin anew.
 *
 * @param floor how it was before
 */
const atRest = async ({ gateway, sampler }: Run, floor?: Sample): Promise<Sample> => {
  for (const name of REMOTE) await gateway.ask("POST", `/servers/${name}/restart`, {});
  await untilAllReady(() => gateway.states());
  let [last, stillSince] = ["", performance.now()];
  let sample = await sampler.take("collect");
  await until(
    async () => {
      sample = await sampler.take("collect");
      const { handles, sockets, children, threads, sessions } = sample;
      const now = JSON.stringify({ handles, sockets, children, threads, sessions });
      if (now !== last) [last, stillSince] = [now, performance.now()];
      if (floor) return moreThan(floor, sample).length === 0;
      return sessions === 0 && performance.now() - stillSince > PACE.quiet;
    },
    REST_MS,
    LOOK_MS,
  );
  return sample;
};

const soak = async (out: string | undefined): Promise<Judgement> => {
  const stage = await prepare();
  const gateway = await SoakedGateway.start(stage);
  await untilAllReady(() => gateway.states());
  const provoked = new Provoked();
  const tally = new Tally(provoked);
  const calls = new ProbeCalls(new URL("/nothing", stage.peers.addresses.http).href);
  const run = { gateway, tally, provoked, calls, sampler: new Sampler(gateway, calls) };
  const samples: Sample[] = [];
  if (out !== undefined) mkdirSync(out, { recursive: true });
  const keep = (sample: Sample): void => {
    samples.push(sample);
    if (out !== undefined)
      appendFileSync(join(out, "samples.jsonl"), `${JSON.stringify(sample)}\n`);
  };

  await traffic(run, { name: "warm-up", ms: PACE.warmUp }, () => {});
  const before = await atRest(run);
  const from = performance.now();
  await traffic(run, { name: "traffic", ms: PACE.traffic }, keep);
  const over = performance.now();
  const after = await atRest(run, before);
  const headers = { authorization: `Bearer ${stage.token}` };
  const at = { url: `${gateway.url}/mcp/all`, headers };
  const judged = [judgeRest(before, after), await judgeLeftBehind(gateway, at)];
  const code = await gateway.end();

  if (!options.short) {
    judged.push(judgeSlopes(samples), judgeTimes(calls, { from, until: over }));
  }
  if (out !== undefined) writeFileSync(join(out, "curves.svg"), curves(samples));
  if (!options.short) console.log(`\n${sampleTable(samples)}`);
  const provokedCount = Object.values(tally.provoked).reduce((sum, count) => sum + count, 0);
  const longest = Math.max(...samples.map(({ loopMax }) => loopMax));
  return {
    figures: [
      ["seed", String(seed)],
      ["minutes of traffic", ((over - from) / MINUTE_MS).toFixed(1)],
      ["right answers", String(tally.all)],
      ["failed as was provoked", String(provokedCount)],
      ["met a connection that was closed unused", String(tally.unread)],
      ["wrong, lost or unprovoked", String(tally.faults.length)],
      ...Object.entries(tally.right)
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([what, count]): [string, string] => [
          `  ${what}: right, provoked`,
          `${count}, ${tally.provoked[what] ?? 0}`,
        ]),
      ["longest wait of the event loop, ms", longest.toFixed(0)],
      ...judged.flatMap(({ figures }) => figures),
    ],
    faults: [
      ...tally.faults,
      ...judged.flatMap(({ faults }) => faults),
      ...(code === 0 ? [] : [`the gateway ended with ${code}`]),
    ],
  };
};

/** Twenty lines of the samples at most, evenly spread. */
const sampleTable = (samples: readonly Sample[]): string => {
  const each = Math.ceil(samples.length / 20);
  const began = samples[0]?.at ?? 0;
  const rows = samples
    .filter((_, index) => index % each === 0)
    .map((one) => [
      ((one.at - began) / MINUTE_MS).toFixed(1),
      ...[one.rss, one.pss, one.heap].map((value) => value.toFixed(0)),
      ...[one.handles, one.sockets, one.children, one.threads, one.sessions].map(String),
      ...[one.p50, one.p99, one.loopP99].map((value) => value?.toFixed(1) ?? "–"),
    ]);
  const heads = ["min", "RSS", "PSS", "heap", "handles", "sockets", "children", "threads"];
  return table([[...heads, "sessions", "p50", "p99", "loop p99"], ...rows]);
};

if (process.platform !== "linux") throw new Error("npm run soak needs Linux");
endOnSignals();
try {
  const { figures, faults } = await soak(options.out);
  console.log(`\n${table(figures)}`);
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`  ! ${fault}`);
  console.log(faults.length === 0 ? "\nnothing grows" : `\n${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
