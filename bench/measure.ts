import { join } from "node:path";
import { freePort, pause, start, stopAll } from "./child.ts";
import { connect, findEcho, StdioBench, type BenchClient } from "./client.ts";
import { listenerOf, memoryOf } from "./memory.ts";
import { percentile } from "./stats.ts";
import type { Target } from "./targets.ts";

/** How much is asked of each target in each round. */
export interface Effort {
  warmUp: number;
  calls: number;
  concurrentCalls: number;
  lists: number;
}

/** One round of one target; times in ms, memory in MB. Null: does not apply to it. */
export interface Sample {
  /** From spawn to the first `tools/list` that holds the tool. */
  ready: number | null;
  /** From spawn to the first answered `tools/call`. */
  firstCall: number | null;
  p50: number;
  p95: number;
  p99: number;
  listP50: number;
  /** Calls per second with 16 callers. */
  perSecond: number;
  /** Of the one process that listens, after all of it. */
  rss: number | null;
  pss: number | null;
}

const CALLERS = 16;
const READY_WITHIN = 30_000;
const RETRY_EVERY = 5;
/** Start, load and end of one target; more means that it hangs. */
const DONE_WITHIN = 180_000;

const timed = async (count: number, work: () => Promise<unknown>): Promise<number[]> => {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times;
};

/** Calls per second when so many callers share the work. */
const throughput = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  let left = count;
  const began = performance.now();
  const caller = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return count / ((performance.now() - began) / 1000);
};

/** Tries again until it works; what went wrong last is the reason when the time is over. */
const eventually = async <T>(work: () => Promise<T>, over: AbortSignal): Promise<T> => {
  const end = performance.now() + READY_WITHIN;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (over.aborted || performance.now() > end) throw error;
      await pause(RETRY_EVERY);
    }
  }
};

/** Connects as soon as the target lets it. */
const connectTo = (target: Target, port: number, over: AbortSignal): Promise<BenchClient> =>
  eventually(async () => {
    const client = connect(target.endpoint(port));
    try {
      await client.initialize();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }, over);

const echoCall = (client: BenchClient, echo: string) => () =>
  client.request("tools/call", { name: echo, arguments: { message: "hello" } });

const load = async (client: BenchClient, echo: string, effort: Effort) => {
  const call = echoCall(client, echo);
  await timed(effort.warmUp, call);
  const calls = await timed(effort.calls, call);
  const lists = await timed(effort.lists, () => client.request("tools/list"));
  return {
    p50: percentile(calls, 0.5),
    p95: percentile(calls, 0.95),
    p99: percentile(calls, 0.99),
    listP50: percentile(lists, 0.5),
    perSecond: await throughput(effort.concurrentCalls, call),
  };
};

/** Asks for the tool as soon as there is a connection, then loads it. `began`: of its start. */
const use = async (client: BenchClient, effort: Effort, began: number, over: AbortSignal) => {
  const echo = await eventually(() => findEcho(client), over);
  const ready = performance.now() - began;
  await echoCall(client, echo)();
  const firstCall = performance.now() - began;
  return { ready, firstCall, ...(await load(client, echo, effort)), rss: null, pss: null };
};

const measureStdio = async ({ name, launch }: Target, effort: Effort, over: AbortSignal) => {
  const what = launch(0);
  if (!what) throw new Error(`${name} has nothing to start`);
  const began = performance.now();
  const client = new StdioBench(what.command, what.args);
  try {
    await client.initialize();
    return await use(client, effort, began, over);
  } finally {
    await client.close();
  }
};

const measureServed = async (target: Target, effort: Effort, root: string, over: AbortSignal) => {
  const port = await freePort();
  const launch = target.launch(port);
  const began = performance.now();
  const child = launch && start(launch, join(root, `${target.name}.log`));
  let client: BenchClient | undefined;
  const run = async (): Promise<Sample> => {
    client = await connectTo(target, port, over);
    const sample = await use(client, effort, began, over);
    if (!child) return { ...sample, ready: null, firstCall: null };
    return { ...sample, ...(await memoryOf(await listenerOf(port, child.family()))) };
  };
  try {
    return await (child ? Promise.race([run(), child.ended]) : run());
  } finally {
    await client?.close();
    await child?.stop();
  }
};

/** Starts the target, measures it once, and ends it. */
export const measure = async (target: Target, effort: Effort, root: string): Promise<Sample> => {
  const over = new AbortController();
  const kind = target.endpoint(0).kind;
  const work =
    kind === "stdio"
      ? measureStdio(target, effort, over.signal)
      : measureServed(target, effort, root, over.signal);
  const hanging = setTimeout(() => void stopAll(), DONE_WITHIN);
  try {
    return await work;
  } catch (error) {
    throw new Error(`${target.name}: ${String(error)}`, { cause: error });
  } finally {
    clearTimeout(hanging);
    over.abort();
  }
};
