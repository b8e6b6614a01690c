/**
 * What each answer leaves in the gateway's heap: the same is asked again and again with nothing else
 * going on, and the heap is compared after full collections. This tells a leak of some bytes per
 * answer within a minute, where a slope over time needs an hour.
 */
import { pause } from "../command-line.ts";
import { type Endpoint, ModernCaller, openSession } from "./callers.ts";
import { call, expectSame, textOf } from "./questions.ts";
import { slopeOf } from "./slope.ts";
import type { SoakedGateway } from "./soaked-gateway.ts";
import { STEADY } from "./stage.ts";
import { inWords, type Judgement } from "./verdict.ts";

/** At a time. */
const CALLERS = 8;
/** Between two looks at the heap each. */
const BLOCKS = 8;
/** Of each kind before the first look, until everything that is kept for the next one is there. */
const FIRST_BLOCKS = 2;
/** After a block, until what it left to do is done, ms. */
const REST_MS = 300;
const COLLECTIONS = 3;
/** Bytes for each, by the lower limit of the slope: the ids of the latest sessions that ended are kept. */
const LEAVES = 256;

interface Kind {
  what: string;
  /** In a block. */
  count: number;
  /** @returns what asks once */
  open: (at: Endpoint) => Promise<(number: number) => Promise<void>>;
}

const echo = (number: number) => call(STEADY, "echo", { message: `again ${number}` });

interface Caller {
  request: (method: string, params: Record<string, unknown>) => Promise<unknown>;
}

const echoes =
  (client: Caller) =>
  async (number: number): Promise<void> =>
    expectSame(textOf(await client.request("tools/call", echo(number))), `Echo: again ${number}`);

const KINDS: readonly Kind[] = [
  {
    what: "a call",
    count: 500,
    open: async (at) => echoes(await openSession(at)),
  },
  {
    what: "a modern call",
    count: 500,
    open: async (at) => echoes(new ModernCaller(at)),
  },
  {
    what: "a session",
    count: 250,
    open: async (at) => async () => {
      const client = await openSession(at);
      await client.request("tools/list");
      await client.delete();
    },
  },
];

/** @returns bytes of the heap that are in use, after full collections */
const heapOf = async (gateway: SoakedGateway): Promise<number> => {
  await pause(REST_MS);
  let least = Infinity;
  for (let times = 0; times < COLLECTIONS; times += 1) {
    const { heapFloor } = await gateway.held("collect");
    least = Math.min(least, heapFloor);
  }
  return least;
};

/** Asks `count` times, by some at a time. */
const block = async (count: number, ask: (number: number) => Promise<void>): Promise<void> => {
  let asked = 0;
  const lane = async (): Promise<void> => {
    while (asked < count) {
      asked += 1;
      await ask(asked);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, lane));
};

/** Judges what a call of each era and a session leave behind. The gateway has to be at rest. */
export const judgeLeftBehind = async (gateway: SoakedGateway, at: Endpoint): Promise<Judgement> => {
  const figures: [string, string][] = [];
  const faults: string[] = [];
  for (const { what, count, open } of KINDS) {
    const ask = await open(at);
    for (let first = 0; first < FIRST_BLOCKS; first += 1) await block(count, ask);
    const points = [{ x: 0, y: await heapOf(gateway) }];
    for (let number = 1; number <= BLOCKS; number += 1) {
      await block(count, ask);
      points.push({ x: number * count, y: await heapOf(gateway) });
    }
    const slope = slopeOf(points);
    figures.push([`${what} leaves behind, bytes of the heap (95 %)`, inWords(slope)]);
    if (slope.low > LEAVES) faults.push(`${what} leaves ${inWords(slope)} bytes behind`);
  }
  return { figures, faults };
};
