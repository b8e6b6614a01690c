import { type ImportPlan, type ImportProblem, warningsOfRow } from "@local-mcp/contract";

// What is told of a plan where there are sentences only: in jobs and in the answers of the seeds.

const sentenceOf = ({ pointer, message }: ImportProblem): string =>
  pointer === "" ? message : `${pointer}: ${message}`;

/** What stands against it, each with its place. */
export const errorsOf = ({ problems, rows }: ImportPlan): string[] =>
  [...problems, ...rows.flatMap((row) => row.problems)].map(sentenceOf);

/** What is to be known of it beside its numbers. */
export const warningsOf = ({ warnings, rows, losses }: ImportPlan): string[] => [
  ...warnings,
  ...rows.flatMap(warningsOfRow),
  ...losses.map(sentenceOf),
];
