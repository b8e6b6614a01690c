import { join } from "node:path";
import { percentile } from "../../bench/stats.ts";
import { Bystanders } from "./bystanders.ts";
import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { kindsIn, type Kind, STEADY } from "./kinds.ts";
import { describe, untilGone } from "./ledgers.ts";
import { below } from "./proc.ts";
import { type Asked, type Form, ms, type Section } from "./section.ts";
import { Steady } from "./steady.ts";
import { until } from "./until.ts";

const CYCLES: Record<Form, number> = { full: 1000, short: 40 };
const LANES = 6;
const UP_MS = 30_000;
const CALL_MS = 15_000;
const STEADY_NAME = "steady";

/**
 * Turns servers on and off, in all the ways there are to start one and to misbehave, while a
 * well-behaved one beside them is called.
 */
export const cycles = async ({ form, kinds: names }: Asked): Promise<Section> => {
  const root = makeRoot();
  const kinds = kindsIn(join(root, "folder"), names);
  const servers = {
    ...Object.fromEntries(kinds.map((kind) => [kind.name, kind])),
    [STEADY_NAME]: STEADY,
  };
  const seeded = await seed(root, servers, (name) => name === STEADY_NAME);
  const { ledgers } = seeded;
  const bystanders = await Bystanders.beside();
  const gateway = await RunningGateway.start(seeded);
  const faults: string[] = [];
  const goneMs: number[] = [];
  const client = await gateway.client();
  const state = await gateway.untilReady(STEADY_NAME, UP_MS);
  if (state !== "ready") throw new Error(`the server beside the others is ${state}`);
  const steady = new Steady(client, `${STEADY_NAME}_echo`);

  const cycle = async (kind: Kind): Promise<void> => {
    const { name } = kind;
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
    const { tookMs, survivors } = await untilGone(() => ledgers.running(name));
    goneMs.push(tookMs);
    faults.push(...describe("after a stop", survivors));
  };

  const count = CYCLES[form];
  const waiting = [...kinds];
  let begun = 0;
  // Whoever has had its turn goes to the end of the queue, so that none is turned on twice at a time.
  const lane = async (): Promise<void> => {
    for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
      if (begun === count) return;
      begun += 1;
      await cycle(kind);
      waiting.push(kind);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  await steady.stop();
  faults.push(
    ...steady.failures.map((failure) => `a call of the server beside failed: ${failure}`),
  );
  const processes = kinds.reduce((sum, { name }) => sum + ledgers.entries(name).length, 0);
  const family = below(gateway.pid);
  const { code } = await gateway.serving.end("SIGTERM");
  if (code !== 0) faults.push(`the gateway ended with ${code}`);
  const end = await untilGone(() =>
    [...kinds.map(({ name }) => name), STEADY_NAME].flatMap((name) => ledgers.running(name)),
  );
  faults.push(...describe("after the end of the gateway", end.survivors));
  faults.push(...bystanders.missing());
  return {
    name: "cycles",
    figures: [
      ["starts and stops", String(count)],
      ["ways and kinds", String(kinds.length)],
      ["processes", String(processes)],
      ["processes of the gateway at the end", String(family.length)],
      ["off to nothing left, p50", ms(percentile(goneMs, 0.5))],
      ["off to nothing left, longest", ms(Math.max(...goneMs))],
      ["calls beside, failed", `${steady.times.length}, ${steady.failures.length}`],
      [
        "calls beside, p50 and p99",
        `${ms(percentile(steady.times, 0.5))}, ${ms(percentile(steady.times, 0.99))}`,
      ],
    ],
    faults,
  };
};
