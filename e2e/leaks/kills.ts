import { once } from "node:events";
import { join } from "node:path";
import { percentile } from "../../bench/stats.ts";
import { pause } from "../command-line.ts";
import { Bystanders, OUTLIVES } from "./bystanders.ts";
import { makeRoot, RunningGateway, seed, type Seeded } from "./gateway.ts";
import { kindsIn, type Kind } from "./kinds.ts";
import { describe, type Survivor, untilGone } from "./ledgers.ts";
import { below, commandOf, kill, type Running, runs } from "./proc.ts";
import { type Asked, type Form, ms, type Section } from "./section.ts";
import { until } from "./until.ts";

const KILLS: Record<Form, number> = { full: 100, short: 5 };
const UP_MS = 30_000;
/** Longest time after its start at which a gateway is killed that is still starting its servers, ms. */
const EARLY_MS = 1500;

/** When a gateway is killed, and what comes after it. */
interface Manner {
  name: string;
  /** Killed while its servers are still starting. */
  isEarly: boolean;
  /** The next gateway is started at once, and not only when nothing is left. */
  isFollowed: boolean;
  /** What it runs beside its servers is killed with it, as when a person ends everything. */
  isAlone: boolean;
}
const USUAL = { isEarly: false, isFollowed: false, isAlone: false };
const MANNERS: Manner[] = [
  { ...USUAL, name: "left alone" },
  { ...USUAL, name: "started again at once", isFollowed: true },
  { ...USUAL, name: "killed while starting", isEarly: true },
  {
    ...USUAL,
    name: "killed while starting, started again at once",
    isEarly: true,
    isFollowed: true,
  },
  { ...USUAL, name: "killed with its helpers, started again", isFollowed: true, isAlone: true },
];

/** One gateway, and how many entries each ledger had when it began. */
interface Life {
  gateway: RunningGateway;
  from: Map<string, number>;
}

/** Kills the gateway over one data directory again and again while all kinds of servers run. */
export const kills = async ({ form, kinds: names }: Asked): Promise<Section> => {
  const root = makeRoot();
  // One that ends by itself says nothing about who ended it.
  const kinds = kindsIn(join(root, "folder"), names).filter(({ name }) => name !== "exit");
  const seeded = await seed(
    root,
    Object.fromEntries(kinds.map((kind) => [kind.name, kind])),
    () => true,
  );
  const bystanders = await Bystanders.beside();
  const faults: string[] = [];
  const goneMs = new Map<string, number[]>();
  let processes = 0;
  let survived = 0;

  const begin = async (): Promise<Life> => {
    const from = countEntries(seeded, kinds);
    return { from, gateway: await RunningGateway.start(seeded) };
  };
  let life = await begin();
  const count = KILLS[form];
  for (let index = 0; index < count; index += 1) {
    const manner = MANNERS[index % MANNERS.length];
    if (!manner) break;
    await bystanders.start("a pid beside the gateway's", "sleep", OUTLIVES);
    const missing = await comeUp(manner, seeded, kinds, life, index / count);
    faults.push(...missing.map((name) => `${name} did not come up before kill ${index + 1}`));

    const left = await killed(manner, life, seeded, kinds);
    processes += left.length;
    const gone = untilGone(() => left.filter(runs));
    if (manner.isFollowed) life = await begin();
    const { tookMs, survivors } = await gone;
    goneMs.set(manner.name, [...(goneMs.get(manner.name) ?? []), tookMs]);
    survived += survivors.length;
    faults.push(...describe(manner.name, survivors));
    // What was only being forked at the kill has written itself down by now.
    if (!manner.isFollowed) {
      const late = await untilGone(() => kinds.flatMap(({ name }) => seeded.ledgers.running(name)));
      survived += late.survivors.length;
      faults.push(...describe(`${manner.name}, late`, late.survivors));
      life = await begin();
    }
  }
  await life.gateway.serving.end("SIGTERM");
  const end = await untilGone(() => kinds.flatMap(({ name }) => seeded.ledgers.running(name)));
  survived += end.survivors.length;
  faults.push(...describe("after the last end", end.survivors));
  faults.push(...bystanders.missing());
  return {
    name: "kills",
    figures: [
      ["kills of the gateway", String(count)],
      ["servers of each", String(kinds.length)],
      ["processes orphaned", String(processes)],
      ...[...goneMs].map(([name, took]): [string, string] => [
        `${name}: nothing left, p50 and longest`,
        `${ms(percentile(took, 0.5))}, ${ms(Math.max(...took))}`,
      ]),
      ["survivors", String(survived)],
    ],
    faults,
  };
};

const countEntries = ({ ledgers }: Seeded, kinds: Kind[]): Map<string, number> =>
  new Map(kinds.map(({ name }) => [name, ledgers.entries(name).length]));

/** @returns the names of those that are not there when the gateway is to be killed */
const comeUp = async (
  { isEarly }: Manner,
  { ledgers }: Seeded,
  kinds: Kind[],
  { from }: Life,
  share: number,
): Promise<string[]> => {
  if (isEarly) {
    await pause(EARLY_MS * share);
    return [];
  }
  let missing: string[] = [];
  await until(() => {
    missing = kinds
      .filter(({ name, entries }) => ledgers.entries(name).length - (from.get(name) ?? 0) < entries)
      .map(({ name }) => name);
    return missing.length === 0;
  }, UP_MS);
  return missing;
};

/** Kills the gateway. @returns everything that it had started and that ran at that moment */
const killed = async (
  { isAlone }: Manner,
  { gateway: { serving, pid }, from }: Life,
  { ledgers }: Seeded,
  kinds: Kind[],
): Promise<Survivor[]> => {
  const family = below(pid);
  const exited = once(serving.child, "exit");
  serving.child.kill("SIGKILL");
  await exited;
  const servers = kinds.flatMap(({ name }) =>
    ledgers
      .entries(name)
      .slice(from.get(name))
      .filter(runs)
      .map(({ pid, start, name: what }) => ({
        server: name,
        name: what,
        pid,
        start,
        command: commandOf(pid),
        isLate: false,
      })),
  );
  const known = new Set(servers.map(({ pid }) => pid));
  const others = family.filter((one) => runs(one) && !known.has(one.pid));
  const helpers = others.filter(({ pid }) => !ledgers.isServer(pid));
  if (isAlone) helpers.forEach(kill);
  return [...servers, ...others.map(ofTheGateway)];
};

const ofTheGateway = ({ pid, start }: Running): Survivor => ({
  server: "the gateway",
  name: "below it",
  pid,
  start,
  command: commandOf(pid),
  isLate: false,
});
