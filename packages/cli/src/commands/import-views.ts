import {
  type ImportCommand,
  type ImportPlan,
  type ImportProblem,
  type ImportReport,
  type ImportRow,
  warningsOfRow,
} from "@local-mcp/contract";
import { oneLine, plural, quoted } from "../output.ts";
import { bullets } from "./export-views.ts";
import { typeWord } from "./transfer-options.ts";

/** How many warnings are shown of many. */
const FEW = 5;

const newNameOf = ({ newName, name }: ImportRow): string =>
  newName === null || newName === name ? name : `${name} as ${newName}`;

const countOf = (rows: readonly ImportRow[], action: ImportRow["action"]): number =>
  rows.filter((row) => row.action === action).length;

/** A line where there is something to say. */
const unlessNone = (words: string, count: number): string[] =>
  count === 0 ? [] : [`${words}: ${count}`];

const placed = ({ pointer, message }: ImportProblem): string =>
  pointer === "" ? message : `${pointer}: ${message}`;

/** What stands against an import, wherever it was found. */
const problemsOf = ({ problems, rows }: Pick<ImportPlan, "problems" | "rows">): string[] => [
  ...problems.map(placed),
  ...rows.flatMap((row) => row.problems.map(placed)),
];

const WOULD: Partial<Record<ImportRow["action"], string>> = {
  create: "Would import",
  update: "Would update",
};

const DID: Partial<Record<ImportRow["action"], string>> = {
  create: "Created",
  update: "Updated",
  rename: "Created",
  unchanged: "Unchanged",
  skip: "Skipped",
};

const rowLine = (words: string, row: ImportRow): string =>
  `${words} ${typeWord(row.kind)}: ${newNameOf(row)}`;

const changeText = ({ field, before, after, secret }: ImportRow["changes"][number]): string =>
  secret === null
    ? `${field}: ${before ?? "(none)"} → ${after ?? "(none)"}`
    : `${field}: secret, ${secret}`;

/** All of it with --verbose, else the first few. */
const some = (title: string, lines: readonly string[], verbose: boolean): string[] => {
  if (lines.length === 0) return [];
  const shown = verbose ? lines : lines.slice(0, FEW);
  const rest = lines.length - shown.length;
  return [
    "",
    `${title} (${lines.length}):`,
    ...bullets(shown),
    ...(rest > 0 ? [`  … and ${rest} more (--verbose)`] : []),
  ];
};

/** What is to be known of an import beside its numbers; what weighs most stands first. */
const warningsOf = (plan: ImportPlan): string[] => [
  ...plan.warnings,
  ...plan.losses.map(placed),
  ...plan.rows.flatMap(warningsOfRow),
];

/** Everything a person consents to, one argument a line so that none hides behind another. */
const commandText = ({
  server,
  command,
  args,
  cwd,
  env,
  found,
  unset,
}: ImportCommand): string[] => [
  `“${oneLine(server)}” would run this command with your user's rights:`,
  ...[command, ...args].map((argument) => `    ${quoted(argument)}`),
  `  in the folder ${cwd === null ? "of the gateway's choice" : quoted(cwd)}` +
    (env.length === 0 ? "." : `, with the variables ${env.map(oneLine).join(", ")}.`),
  ...(found === false ? ["  There is no such program on this computer."] : []),
  ...(unset.length === 0 ? [] : [`  It has no value here for ${unset.map(oneLine).join(", ")}.`]),
];

/** The commands of a file; from a file nobody has agreed to any of them. */
export const commandsText = (commands: readonly ImportCommand[]): string[] =>
  commands.length === 0
    ? []
    : [
        "",
        `Commands that nobody has agreed to (${commands.length}):`,
        ...commands.flatMap(commandText),
      ];

/** With --verbose, what changes in each entity. */
const diffText = (rows: readonly ImportRow[]): string[] => {
  const changed = rows.filter(({ action, changes }) => action === "update" && changes.length > 0);
  if (changed.length === 0) return [];
  return [
    "",
    `Changes (${changed.length}):`,
    ...changed.flatMap((row) => [
      ...bullets([`${typeWord(row.kind)} ${row.name}`]),
      ...row.changes.map((change) => `      ${oneLine(changeText(change))}`),
    ]),
  ];
};

/** What an import would do, in the seeds' words and order. */
export const planText = (
  plan: ImportPlan,
  { title, verbose }: { title: string; verbose: boolean },
): string => {
  const { counts, rows } = plan;
  const would = rows.flatMap((row) => {
    const words = WOULD[row.action];
    return words === undefined ? [] : [rowLine(words, row)];
  });
  return [
    title,
    "Results:",
    ...bullets([
      `Total entities: ${counts.total}`,
      `Processed: ${counts.total}`,
      `Would create: ${counts.created}`,
      `Would update: ${counts.updated}`,
      ...unlessNone("Would rename", counts.renamed),
      ...unlessNone("Would skip", counts.skipped),
      ...unlessNone("Unchanged", counts.unchanged),
      `Conflicts: ${countOf(rows, "conflict")}`,
      ...unlessNone("Errors", countOf(rows, "failed")),
    ]),
    ...some("Errors", problemsOf(plan), verbose),
    ...some("Warnings", [...warningsOf(plan), ...would], verbose),
    ...(verbose ? diffText(rows) : []),
    ...commandsText(plan.commands),
  ].join("\n");
};

/** How an import went. */
export const reportText = (
  { job, rows }: ImportReport,
  { plan, verbose }: { plan: ImportPlan; verbose: boolean },
): string => {
  const { counts } = job;
  const did = rows.flatMap((row) => {
    const words = DID[row.action];
    return words === undefined ? [] : [rowLine(words, row)];
  });
  return [
    "Import completed!",
    "Results:",
    ...bullets([
      `Total entities: ${counts.total}`,
      `Processed: ${job.processed}`,
      `Created: ${counts.created}`,
      `Updated: ${counts.updated}`,
      `Unchanged: ${counts.unchanged}`,
      `Renamed: ${counts.renamed}`,
      `Skipped: ${counts.skipped}`,
      `Failed: ${counts.failed}`,
    ]),
    ...some("Warnings", warningsOf(plan), verbose),
    ...(verbose ? some("Entities", did, true) : []),
  ].join("\n");
};

/** “3 items”, those that an import writes. */
export const itemsOf = ({ counts: { created, updated, renamed } }: ImportPlan): string =>
  plural(created + updated + renamed, "item");
