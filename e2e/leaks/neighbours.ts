import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median, percentile } from "../../bench/stats.ts";
import { pause } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { hostile, type Kind, STEADY } from "./kinds.ts";
import { untilGone } from "./ledgers.ts";
import { type Asked, type Form, ms, type Section } from "./section.ts";
import { Steady } from "./steady.ts";
import { until } from "./until.ts";

type Command = Pick<Kind, "command" | "args">;

/** Servers that write without end. */
const FLOODS: Record<string, Command> = {
  messages: hostile("flood-messages"),
  garbage: hostile("flood-garbage"),
  stderr: hostile("flood-stderr", "unbroken"),
  line: hostile("endless-line"),
};
/** Its first line has no end. */
const NEVER_READY = "line";
const ALL: [string, string[]] = ["all of them", Object.keys(FLOODS)];
/** Which of them are neighbours at the same time. */
const NEIGHBOURS: Record<Form, [string, string[]][]> = {
  full: [...Object.keys(FLOODS).map((name): [string, string[]] => [name, [name]]), ALL],
  short: [ALL],
};
const STEADY_NAME = "steady";

interface Plan {
  /** How often the three windows take their turns. */
  rounds: number;
  windowMs: number;
}
const PLANS: Record<Form, Plan> = {
  full: { rounds: 10, windowMs: 3000 },
  short: { rounds: 1, windowMs: 1000 },
};
/** Until a load that has begun is even, ms. */
const SETTLE_MS = 500;
const UP_MS = 20_000;
/** Aim for the p99 beside a bad neighbour against the p99 beside the same load elsewhere. */
const AIM = 1.1;
/** Where it counts as wrong; what is in between a busy machine with two cores may cost as well. */
const LIMIT: Record<Form, number> = { full: 1.5, short: 6 };
/** A difference below this is nobody's business, ms. */
const NOTICED_MS: Record<Form, number> = { full: 2, short: 50 };

/** The p99 of the calls in each window, ms. */
interface Round {
  quiet: number;
  control: number;
  hostile: number;
}

/**
 * Calls a well-behaved server in windows that take turns: alone, while bad servers run outside of the
 * gateway, and while the same run inside. The second is what the machine costs, so that the third
 * against the second is what the gateway lets one server cost another.
 */
export const neighbours = async ({ form }: Asked): Promise<Section> => {
  const { rounds, windowMs } = PLANS[form];
  const servers = { [STEADY_NAME]: STEADY, ...FLOODS };
  const seeded = await seed(makeRoot(), servers, (name) => name === STEADY_NAME);
  const gateway = await RunningGateway.start(seeded);
  await gateway.untilReady(STEADY_NAME, UP_MS);
  const steady = new Steady(await gateway.client(), `${STEADY_NAME}_echo`);
  const faults: string[] = [];
  const timed = async (): Promise<number> => {
    await pause(SETTLE_MS);
    steady.take();
    await pause(windowMs);
    const times = steady.take();
    return times.length === 0 ? windowMs : percentile(times, 0.99);
  };
  const inside = async (names: string[]): Promise<number> => {
    const before = new Map(names.map((name) => [name, seeded.ledgers.entries(name).length]));
    const isUp = async (name: string): Promise<boolean> =>
      name === NEVER_READY
        ? seeded.ledgers.entries(name).length > (before.get(name) ?? 0)
        : (await gateway.state(name)) === "ready";
    for (const name of names) await gateway.turn(name, true);
    for (const name of names) {
      if (!(await until(() => isUp(name), UP_MS))) faults.push(`${name} did not come up`);
    }
    const p99 = await timed();
    for (const name of names) await gateway.turn(name, false);
    await untilGone(() => names.flatMap((name) => seeded.ledgers.running(name)));
    return p99;
  };
  const outside = async (names: string[]): Promise<number> => {
    const end = await startControl(
      names.map((name) => FLOODS[name]).filter((one) => one !== undefined),
    );
    const p99 = await timed();
    await end();
    return p99;
  };

  const figures: Section["figures"] = [];
  await timed();
  for (const [what, names] of NEIGHBOURS[form]) {
    const all: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const quiet = await timed();
      const control = await outside(names);
      all.push({ quiet, control, hostile: await inside(names) });
    }
    const { figure, fault } = compare(what, all, form);
    figures.push([`  ${what}`, figure]);
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
      ["rounds of three windows", `${rounds} × ${ms(windowMs)}`],
      [`p99 alone, with the load elsewhere, in the gateway; ratio (aim ${AIM})`, ""],
      ...figures,
    ],
    faults,
  };
};

/** The median over the rounds, so that one which the machine disturbed does not count. */
const compare = (
  what: string,
  rounds: Round[],
  form: Form,
): { figure: string; fault: string | null } => {
  const of = (read: (round: Round) => number): number => median(rounds.map(read));
  const [quiet, control, hostile] = [
    of((round) => round.quiet),
    of((round) => round.control),
    of((round) => round.hostile),
  ];
  const ratio = of((round) => round.hostile / round.control);
  const isSlow = ratio > LIMIT[form] && hostile - control > NOTICED_MS[form];
  return {
    figure: `${ms(quiet)}, ${ms(control)}, ${ms(hostile)}; ${ratio.toFixed(2)}`,
    fault: isSlow ? `calls take ${ratio.toFixed(1)} times as long (p99) beside ${what}` : null,
  };
};

/** Starts them elsewhere, and waits until all of them write. @returns what ends it */
const startControl = async (commands: Command[]): Promise<() => Promise<void>> => {
  const file = fileURLToPath(new URL("control.ts", import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  child.stdin.write(`${JSON.stringify(commands.map(({ command, args }) => [command, ...args]))}\n`);
  const end = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  atEnd(end);
  await once(child.stdout, "data");
  return end;
};
