import { CALLERS, type Callers, measure, type Sample } from "../measure.ts";
import { allTargets, type Target } from "../targets.ts";
import { reportCalls, summarize } from "./calls-report.ts";
import type { Scenario, Stage } from "./scenario.ts";

const calls = (one: number, eight: number, many: number): Record<Callers, number> => ({
  1: one,
  8: eight,
  32: many,
});
const FULL = { rounds: 3, warmUp: 6000, calls: calls(1000, 3000, 6000), lists: 100 };
const QUICK = { rounds: 1, warmUp: 200, calls: calls(200, 400, 800), lists: 20 };

const choose = (all: Target[], { targets }: Stage): Target[] =>
  all.filter(({ name }) => targets?.includes(name) ?? true);

/**
 * What a call costs through everything that is beside us, with the same client and the same calls.
 * Rounds are interleaved (A B C A B C), so that a machine that gets slower hits all alike.
 */
export const measureCalls: Scenario = async (stage) => {
  const { rounds, ...effort } = stage.isQuick ? QUICK : FULL;
  const chosen = choose(allTargets(stage), stage);
  const missing = chosen.filter((target) => target.missing);
  const samples = new Map<Target, Sample[]>();
  for (const target of chosen) if (!target.missing) samples.set(target, []);
  for (const target of missing) stage.say(`${target.name} is left out: it needs ${target.missing}`);

  for (let round = 1; round <= rounds; round++) {
    for (const [target, list] of samples) {
      stage.interrupted.throwIfAborted();
      stage.say(`round ${round} of ${rounds}: ${target.name}`);
      list.push(await measure(target, { root: stage.root, effort, fresh: stage.fresh }));
    }
  }
  const results = [...samples].map(([target, list]) => summarize(target, list));
  return {
    ...reportCalls(results),
    data: {
      effort: { rounds, callers: CALLERS, ...effort },
      targets: results.map(({ target: { name, group, role }, median, samples: all }) => ({
        name,
        group,
        role,
        median,
        samples: all,
      })),
    },
    isIncomplete: missing.length > 0 && stage.targets === null,
  };
};
