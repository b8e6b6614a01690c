import { join } from "node:path";
import { percentile } from "../../bench/stats.ts";
import { Bystanders } from "./bystanders.ts";
import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { kindsIn, type Kind, STEADY, UNSEEN } from "./kinds.ts";
import { describe, type Ledgers, type Survivor, untilGone } from "./ledgers.ts";
import { zombiesOf } from "./proc.ts";
import { type Asked, type Form, ms, type Section } from "./section.ts";
import { Steady } from "./steady.ts";
import { until } from "./until.ts";

const CYCLES: Record<Form, number> = { full: 1000, short: 40 };
const LANES = 4;
const UP_MS = 30_000;
/** A message over the limit is read through at the pace that a flood is allowed, ms. */
const CALL_MS = 60_000;
/** For the gateway to notice that a process has ended, ms. */
const READ_MS = 5000;
const STEADY_NAME = "steady";

/** What came of turning one server on and off. */
interface Cycle {
  tookMs: number;
  survivors: Survivor[];
  faults: string[];
}

/**
 * Turns servers on and off, in all the ways there are to start one and to misbehave, while a
 * well-behaved one beside them is called.
 */
export const cycles = async ({ form, kinds: names }: Asked): Promise<Section> => {
  const root = makeRoot();
  const kinds = kindsIn(join(root, "folder"), names);
  const servers = Object.fromEntries([...kinds, UNSEEN].map((kind) => [kind.name, kind]));
  const all = { ...servers, [STEADY_NAME]: STEADY };
  const seeded = await seed(root, all, (name) => name === STEADY_NAME);
  const { ledgers } = seeded;
  const bystanders = await Bystanders.beside();
  const gateway = await RunningGateway.start(seeded);
  const client = await gateway.client();
  const state = await gateway.untilReady(STEADY_NAME, UP_MS);
  if (state !== "ready") throw new Error(`the server beside the others is ${state}`);
  const steady = new Steady(client, `${STEADY_NAME}_echo`);

  const faults: string[] = [];
  const goneMs: number[] = [];
  const count = CYCLES[form];
  const waiting = [...kinds];
  let begun = 0;
  // Whoever has had its turn goes to the end of the queue, so that none is turned on twice at a time.
  const lane = async (): Promise<void> => {
    for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
      if (begun === count) return;
      begun += 1;
      const done = await cycle(gateway, ledgers, kind);
      goneMs.push(done.tookMs);
      faults.push(...done.faults, ...describe("after a stop", done.survivors));
      waiting.push(kind);
    }
  };
  const unseen = cycle(gateway, ledgers, UNSEEN);
  await Promise.all(Array.from({ length: LANES }, lane));
  const { survivors: hidden } = await unseen;

  await steady.stop();
  const failed = steady.failures.map((why) => `a call of the server beside failed: ${why}`);
  // One that has only just ended is read at the gateway's next turn.
  const isRead = await until(() => zombiesOf(gateway.pid).length === 0, READ_MS);
  if (!isRead) {
    faults.push(`${zombiesOf(gateway.pid).length} processes have ended and were never read`);
  }
  const processes = kinds.reduce((sum, { name }) => sum + ledgers.entries(name).length, 0);
  const { code } = await gateway.serving.end("SIGTERM");
  if (code !== 0) faults.push(`the gateway ended with ${code}`);
  const end = await untilGone(() => Object.keys(all).flatMap((name) => ledgers.running(name)));
  faults.push(...failed, ...describe("after the end of the gateway", end.survivors));
  faults.push(...bystanders.missing());
  const { times, failures } = steady;
  return {
    name: "cycles",
    figures: [
      ["starts and stops", String(count)],
      ["ways and kinds", String(kinds.length)],
      ["processes", String(processes)],
      ["off to nothing left, p50", ms(percentile(goneMs, 0.5))],
      ["off to nothing left, longest", ms(Math.max(...goneMs))],
      ["calls beside, failed", `${times.length}, ${failures.length}`],
      [
        "calls beside, p50 and p99",
        `${ms(percentile(times, 0.5))}, ${ms(percentile(times, 0.99))}`,
      ],
      ["known limit: a daemon without its environment", hidden.length === 0 ? "ended" : "survived"],
    ],
    faults,
  };
};

const cycle = async (gateway: RunningGateway, ledgers: Ledgers, kind: Kind): Promise<Cycle> => {
  const { name } = kind;
  const faults: string[] = [];
  const before = ledgers.entries(name).length;
  await gateway.turn(name, true);
  const isUp = await until(async () => {
    if (ledgers.entries(name).length - before < kind.entries) return false;
    return !kind.isReady || (await gateway.state(name)) === "ready";
  }, UP_MS);
  if (!isUp) faults.push(`${name} did not come up: ${await gateway.state(name)}`);
  if (kind.isCalled) {
    let isAnswered = false;
    void gateway.call(name, "echo").then(() => (isAnswered = true));
    if (!(await until(() => isAnswered, CALL_MS))) faults.push(`${name} left a call unanswered`);
  }
  await gateway.turn(name, false);
  return { ...(await untilGone(() => ledgers.running(name))), faults };
};
