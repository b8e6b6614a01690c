import { percentile } from "../../bench/stats.ts";
import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { TINY, TINY_HELD } from "./kinds.ts";
import { describe, untilGone } from "./ledgers.ts";
import { kill } from "./proc.ts";
import { type Asked, type Form, ms, type Section } from "./section.ts";
import { inLanes, until } from "./until.ts";

const CRASHES: Record<Form, number> = { full: 500, short: 40 };
/** Half of them need a second or two for each new start. */
const SERVERS = 20;
const READY_MS = 20_000;
/** How long a call may be left unanswered after the death of its server, ms. */
const LIMIT_MS = 100;
/** The share of them that has to keep to it; the rest may be what a busy machine costs. */
const HELD_BY: Record<Form, number> = { full: 0.9, short: 0.6 };
/** Above which an answer counts as none, ms. */
const NEVER_MS = 10_000;

/**
 * Kills servers in the middle of a call, and times how long the call is left without an answer. Half of
 * them have a child that keeps their pipes open.
 */
export const crashes = async ({ form }: Asked): Promise<Section> => {
  const names = Array.from({ length: SERVERS }, (_, index) => `tiny-${index}`);
  const servers = Object.fromEntries(
    names.map((name, index) => [name, index % 2 === 0 ? TINY : TINY_HELD]),
  );
  const seeded = await seed(makeRoot(), servers, () => true);
  const { ledgers } = seeded;
  const gateway = await RunningGateway.start(seeded);
  const client = await gateway.client();
  const faults: string[] = [];
  const times: number[] = [];
  let succeeded = 0;

  const crash = async (name: string): Promise<void> => {
    const state = await gateway.untilReady(name, READY_MS);
    if (state !== "ready") {
      faults.push(`${name} is ${state} and cannot be killed`);
      return;
    }
    const before = ledgers.entries(name).length;
    let answeredAt = 0;
    void client
      .request("tools/call", { name: `${name}_wait` })
      .then((result) => (JSON.stringify(result).includes('"isError":true') ? 0 : (succeeded += 1)))
      .catch(() => 0)
      .finally(() => (answeredAt = performance.now()));
    if (!(await until(() => ledgers.entries(name).length > before, READY_MS))) {
      faults.push(`${name} was never called`);
      return;
    }
    const [waiting] = ledgers.entries(name).slice(-1);
    if (!waiting) return;
    const killedAt = performance.now();
    kill(waiting);
    if (!(await until(() => answeredAt > 0, NEVER_MS)))
      faults.push(`${name} died, and its call was never answered`);
    else times.push(answeredAt - killedAt);
    await gateway.restart(name);
  };

  const count = CRASHES[form];
  const each = Array.from({ length: count / SERVERS }, (_, index) => index);
  await inLanes(names, SERVERS, async (name) => {
    for (const _ of each) await crash(name);
  });
  await gateway.serving.end("SIGTERM");
  const { survivors } = await untilGone(() => names.flatMap((name) => ledgers.running(name)));
  faults.push(...describe("after the death of its server", survivors));
  if (succeeded > 0) faults.push(`${succeeded} calls succeeded although their server died`);
  const slow = times.filter((time) => time > LIMIT_MS).length;
  if (slow > times.length * (1 - HELD_BY[form])) {
    faults.push(`${slow} of ${times.length} calls were left alone for more than ${ms(LIMIT_MS)}`);
  }
  return {
    name: "crashes",
    figures: [
      ["servers killed during a call", String(times.length)],
      ["death to answer, p50", ms(percentile(times, 0.5))],
      ["death to answer, p99", ms(percentile(times, 0.99))],
      ["death to answer, longest", ms(Math.max(...times))],
      [`above ${ms(LIMIT_MS)}`, String(slow)],
    ],
    faults,
  };
};
