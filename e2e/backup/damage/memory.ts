import type { Section } from "../../leaks/section.ts";

/** What a damaged file may cost a process that looks at it, MB. Half of it is key derivation. */
const MAX_GROWTH_MB = 300;

/** What it has cost, and whether that is too much; MB. */
export const memoryFinding = (
  before: number,
  peak: number,
): Pick<Section, "figures" | "faults"> => {
  const growth = peak - before;
  const most = `${peak.toFixed(0)} MB, ${growth.toFixed(0)} more than before`;
  return {
    figures: [["most memory", most]],
    faults: growth > MAX_GROWTH_MB ? [`memory: ${most}`] : [],
  };
};
