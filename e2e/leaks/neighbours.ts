import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { percentile } from "../../bench/stats.ts";
import { pause } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { hostile, type Kind, STEADY } from "./kinds.ts";
import { untilGone } from "./ledgers.ts";
import { type Asked, type Form, ms, type Section } from "./section.ts";
import { Steady } from "./steady.ts";
import { until } from "./until.ts";

type Command = Pick<Kind, "command" | "args">;

/** Each is a neighbour of its own. */
const HOSTILE: Record<string, Command> = {
  messages: hostile("flood-messages"),
  garbage: hostile("flood-garbage"),
  stderr: hostile("flood-stderr", "unbroken"),
  "endless line": hostile("endless-line"),
};
const STEADY_NAME = "steady";

interface Plan {
  /** Windows of each sort for each neighbour. */
  rounds: number;
  windowMs: number;
}
const PLANS: Record<Form, Plan> = {
  full: { rounds: 6, windowMs: 5000 },
  short: { rounds: 1, windowMs: 1000 },
};
/** Until a load that has begun is even, ms. */
const SETTLE_MS = 300;
const UP_MS = 20_000;
/** Aim for the p99 beside a bad neighbour against the p99 beside the same load elsewhere. */
const AIM = 1.1;
/** Where it counts as wrong; in between is what a busy machine with two cores may cost. */
const LIMIT: Record<Form, number> = { full: 1.5, short: 4 };
/** A difference below this is nobody's business, ms. */
const NOTICED_MS = 2;

const SORTS = ["quiet", "control", "hostile"] as const;
type Times = Record<(typeof SORTS)[number], number[]>;

/**
 * Calls a well-behaved server in windows that take turns: alone, while bad servers run outside of the
 * gateway, and while the same run inside. The second is what the machine costs, so that the third
 * against the second is what the gateway lets one server cost another.
 */
export const neighbours = async ({ form }: Asked): Promise<Section> => {
  const { rounds, windowMs } = PLANS[form];
  const slug = (name: string): string => name.replace(" ", "-");
  const bad = Object.fromEntries(Object.entries(HOSTILE).map(([name, one]) => [slug(name), one]));
  const seeded = await seed(
    makeRoot(),
    { [STEADY_NAME]: STEADY, ...bad },
    (name) => name === STEADY_NAME,
  );
  const gateway = await RunningGateway.start(seeded);
  await gateway.untilReady(STEADY_NAME, UP_MS);
  const steady = new Steady(await gateway.client(), `${STEADY_NAME}_echo`);
  const timed = async (): Promise<number[]> => {
    await pause(SETTLE_MS);
    steady.take();
    await pause(windowMs);
    return steady.take();
  };
  const faults: string[] = [];
  const figures: Section["figures"] = [];

  await timed();
  for (const [name, command] of Object.entries(HOSTILE)) {
    const server = slug(name);
    const times: Times = { quiet: [], control: [], hostile: [] };
    for (let round = 0; round < rounds; round += 1) {
      times.quiet.push(...(await timed()));
      const end = startControl(command);
      times.control.push(...(await timed()));
      await end();
      const before = seeded.ledgers.entries(server).length;
      await gateway.turn(server, true);
      await until(() => seeded.ledgers.entries(server).length > before, UP_MS);
      times.hostile.push(...(await timed()));
      await gateway.turn(server, false);
      await untilGone(() => seeded.ledgers.running(server));
    }
    const { row, fault } = compare(name, times, form);
    figures.push(row);
    if (fault !== null) faults.push(fault);
  }
  await steady.stop();
  await gateway.serving.end("SIGTERM");
  faults.push(
    ...steady.failures.map((failure) => `a call of the server beside failed: ${failure}`),
  );
  return {
    name: "neighbours",
    figures: [
      [`p99 of calls: alone, same load elsewhere, in the gateway; ratio of these (aim ${AIM})`, ""],
      ...figures,
    ],
    faults,
  };
};

const compare = (
  name: string,
  times: Times,
  form: Form,
): { row: [string, string]; fault: string | null } => {
  const empty = SORTS.filter((sort) => times[sort].length === 0);
  if (empty.length > 0) {
    const fault = `beside ${name} no call was answered (${empty.join(", ")})`;
    return { row: [`  ${name}`, "–"], fault };
  }
  const p99 = {
    quiet: percentile(times.quiet, 0.99),
    control: percentile(times.control, 0.99),
    hostile: percentile(times.hostile, 0.99),
  };
  const ratio = p99.hostile / p99.control;
  const isSlow = ratio > LIMIT[form] && p99.hostile - p99.control > NOTICED_MS;
  const figures = `${ms(p99.quiet)}, ${ms(p99.control)}, ${ms(p99.hostile)}; ${ratio.toFixed(2)}`;
  return {
    row: [`  ${name} (${times.hostile.length} calls)`, figures],
    fault: isSlow ? `calls take ${ratio.toFixed(1)} times as long (p99) beside ${name}` : null,
  };
};

/** Starts it elsewhere. @returns what ends it */
const startControl = ({ command, args }: Command): (() => Promise<void>) => {
  const file = fileURLToPath(new URL("control.ts", import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "ignore", "inherit"] });
  const exited = once(child, "exit");
  child.stdin.write(`${JSON.stringify([[command, ...args]])}\n`);
  const end = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  atEnd(end);
  return end;
};
