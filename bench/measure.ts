import { join } from "node:path";
import type { SettingView } from "@local-mcp/contract";
import type { Era } from "../e2e/fixtures/conformance/protocol.ts";
import { freePort, pause, start, stopAll } from "./child.ts";
import { findEcho, StdioBench, type BenchClient } from "./client.ts";
import { connect } from "./connect.ts";
import { computedBy } from "./cpu.ts";
import { assertFresh, settingsOf } from "./fresh.ts";
import { listenerOf, memoryOf } from "./memory.ts";
import { percentile } from "./stats.ts";
import type { Target } from "./targets.ts";

/** So many callers share the work; each waits for its answer before it calls again. */
export const CALLERS = [1, 8, 32] as const;
export type Callers = (typeof CALLERS)[number];

/** How much is asked of each target in each round. */
export interface Effort {
  /** Calls of each era before it is measured, by as many callers as there ever are. */
  warmUp: number;
  calls: Record<Callers, number>;
  lists: number;
}

/** What so many callers of an era felt; a call takes ms. */
export interface Load {
  era: Era;
  callers: Callers;
  p50: number;
  p95: number;
  p99: number;
  perSecond: number;
  /** What a call cost the client in time of a core, µs. */
  clientUs: number;
  /** The same of the one process that is called; null where the client starts it. */
  targetUs: number | null;
}

/** One round of one target; times in ms, memory in MB. Null: does not apply to it. */
export interface Sample {
  /** From spawn to the first `tools/list` that holds the tool. */
  ready: number | null;
  /** From spawn to the first answered `tools/call`. */
  firstCall: number | null;
  listP50: number;
  loads: Load[];
  /** Of the one process that listens, after all of it. */
  rss: number | null;
  pss: number | null;
}

/** What a round needs beside its target. */
export interface Bench {
  /** For the output of what is started. */
  root: string;
  effort: Effort;
  /** What ours has to be set to. */
  fresh: readonly SettingView[];
}

const READY_WITHIN = 60_000;
const RETRY_EVERY = 5;
const REST_MS = 2000;
/** Start, load and end of one target; more means that it hangs. */
const DONE_WITHIN = 180_000;

/** How long each of so many calls took, ms, by so many callers. */
export const timed = async (
  count: number,
  work: () => Promise<unknown>,
  callers = 1,
): Promise<number[]> => {
  const times: number[] = [];
  let left = count;
  const caller = async () => {
    while (left-- > 0) {
      const began = performance.now();
      await work();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return times;
};

/** Tries again until it works; what went wrong last is the reason when the time is over. */
export const eventually = async <T>(work: () => Promise<T>, over?: AbortSignal): Promise<T> => {
  const end = performance.now() + READY_WITHIN;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (over?.aborted || performance.now() > end) throw error;
      await pause(RETRY_EVERY);
    }
  }
};

/** A client that is connected, as soon as the other end lets it. */
export const connected = <T extends BenchClient>(make: () => T, over?: AbortSignal): Promise<T> =>
  eventually(async () => {
    const client = make();
    try {
      await client.initialize();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }, over);

export const echoCall = (client: BenchClient, echo: string) => () =>
  client.request("tools/call", { name: echo, arguments: { message: "hello" } });

/** @param pid of what is called */
const load = async (
  call: () => Promise<unknown>,
  { era, callers, count, pid }: { era: Era; callers: Callers; count: number; pid: number | null },
): Promise<Load> => {
  const ownCpu = (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  const targetCpu = (): number => (pid === null ? 0 : computedBy(pid) * 1000);
  const [own, target, began] = [ownCpu(), targetCpu(), performance.now()];
  const times = await timed(count, call, callers);
  const seconds = (performance.now() - began) / 1000;
  return {
    era,
    callers,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    perSecond: count / seconds,
    clientUs: (ownCpu() - own) / count,
    targetUs: pid === null ? null : (targetCpu() - target) / count,
  };
};

/** What is there once a target runs. */
interface Running {
  began: number;
  open: (era: Era) => Promise<BenchClient>;
  /** Of the process that is called, once it can be. */
  pid: () => Promise<number | null>;
  over: AbortSignal;
}

/** Asks for the tool as soon as there is a connection, then loads it, in one era after the other. */
const use = async (
  { eras }: Target,
  { warmUp, calls, lists }: Effort,
  { began, open, pid, over }: Running,
): Promise<Omit<Sample, "rss" | "pss">> => {
  const firsts: { ready: number; firstCall: number; listP50: number }[] = [];
  const loads: Load[] = [];
  for (const era of eras) {
    const client = await open(era);
    try {
      const echo = await eventually(() => findEcho(client), over);
      const ready = performance.now() - began;
      const call = echoCall(client, echo);
      await call();
      const firstCall = performance.now() - began;
      const called = await pid();
      // Nobody starts these programs for a thousand calls: what is compiled with use is by then.
      await timed(warmUp, call, Math.max(...CALLERS));
      // What the warm-up left to be written is not what one caller waits for.
      await pause(REST_MS);
      for (const callers of CALLERS) {
        loads.push(await load(call, { era, callers, count: calls[callers], pid: called }));
      }
      const listed = await timed(lists, () => client.request("tools/list"));
      firsts.push({ ready, firstCall, listP50: percentile(listed, 0.5) });
    } finally {
      await client.close();
    }
  }
  const [first] = firsts;
  if (!first) throw new Error("it is measured in no era");
  return { ...first, loads };
};

const measureStdio = async (target: Target, effort: Effort, over: AbortSignal): Promise<Sample> => {
  const what = target.launch(0);
  if (!what) throw new Error("there is nothing to start");
  const open = async (era: Era): Promise<BenchClient> => {
    const client = new StdioBench(what.command, what.args, era);
    await client.initialize();
    return client;
  };
  const began = performance.now();
  const used = await use(target, effort, { began, open, pid: async () => null, over });
  return { ...used, rss: null, pss: null };
};

const measureServed = async (
  target: Target,
  { effort, root, fresh }: Bench,
  over: AbortSignal,
): Promise<Sample> => {
  const port = await freePort();
  const launch = target.launch(port);
  const began = performance.now();
  const child = launch && start(launch, join(root, `${target.name}.log`));
  const pid = async () => (child ? listenerOf(port, child.family()) : (target.pid ?? null));
  const run = async (): Promise<Sample> => {
    const open = (era: Era) => connected(() => connect(target.endpoint(port, era)), over);
    const used = await use(target, effort, { began, open, pid, over });
    if (target.dataDir) assertFresh(await settingsOf(target.dataDir), fresh);
    if (!child) return { ...used, ready: null, firstCall: null, rss: null, pss: null };
    return { ...used, ...(await memoryOf(await listenerOf(port, child.family()))) };
  };
  try {
    return await (child ? Promise.race([run(), child.ended]) : run());
  } finally {
    await child?.stop();
  }
};

/** Starts the target, measures it once, and ends it. */
export const measure = async (target: Target, bench: Bench): Promise<Sample> => {
  const over = new AbortController();
  const isPiped = target.endpoint(0, "legacy").kind === "stdio";
  const hanging = setTimeout(() => void stopAll(), DONE_WITHIN);
  try {
    return await (isPiped
      ? measureStdio(target, bench.effort, over.signal)
      : measureServed(target, bench, over.signal));
  } catch (error) {
    throw new Error(`${target.name}: ${String(error)}`, { cause: error });
  } finally {
    clearTimeout(hanging);
    over.abort();
  }
};
