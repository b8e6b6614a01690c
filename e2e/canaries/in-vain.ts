import type { Running } from "./running.ts";
import type { Fit, Sample } from "./samples.ts";
import type { Stage } from "./stage.ts";

/** What is done in a run, so that something could say too much. */
export interface Deed {
  name: string;
  do(stage: Stage, running: Running, form: { short: boolean }): Promise<void>;
}

/** Secrets that are used up in vain: wrong ones, and such as stand where they do not belong. */
export const inVain = (stage: Stage, what: string, count: number, fit: Fit = "any"): Sample[] => {
  const samples = stage.samples.take(count, fit);
  stage.samples.planted(what, samples);
  return samples;
};
