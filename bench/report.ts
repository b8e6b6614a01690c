import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { type Figure, reportFigures } from "./figures.ts";
import type { Section } from "./scenarios/scenario.ts";
import { table } from "./stats.ts";

const machine = () => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryMb: Math.round(totalmem() / 2 ** 20),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

const machineLine = (): string => {
  const { cpu, cores, memoryMb, node, platform } = machine();
  return `${cores} × ${cpu}, ${(memoryMb / 1024).toFixed(0)} GB, Node ${node.slice(1)}, ${platform}`;
};

const figuresOf = (sections: readonly Section[]): Figure[] =>
  sections.flatMap(({ figures }) => figures);

/** All figures are in one table; some sections are no more than that. */
const hasMore = ({ tables, notes }: Section): boolean => tables.length + notes.length > 0;

/** For a person at a terminal, and what missed its goal. */
export const asText = (sections: readonly Section[]): { text: string; missed: Figure[] } => {
  const parts = sections
    .filter(hasMore)
    .flatMap(({ title, tables, notes }) => [
      `${title}\n${"=".repeat(title.length)}`,
      ...tables.map(({ rows }) => table(rows)),
      ...notes,
    ]);
  const { text, missed } = reportFigures(figuresOf(sections));
  return { text: [machineLine(), ...parts, text].join("\n\n"), missed };
};

/** All of it for a machine: every round, and where it was run. */
export const asJson = (sections: readonly Section[], isQuick: boolean): string => {
  const scenarios = sections.map(({ title, figures, data }) => ({ title, figures, data }));
  return `${JSON.stringify({ machine: machine(), isQuick, scenarios }, null, 2)}\n`;
};

const markdownTable = ([head = [], ...rows]: string[][]): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, at) => (at === 0 ? "---" : "--:"));
  return [head, rule, ...rows].map(line).join("\n");
};

const goalRows = (figures: readonly Figure[]): string[][] => [
  ["", "measured", "goal", ""],
  ...figures.map(({ part, what, measured, limit, passed }) => [
    `${part}: ${what.trim()}`,
    measured,
    limit ?? "",
    limit === null ? "" : passed ? "met" : "**missed**",
  ]),
];

/** For a document. */
export const asMarkdown = (sections: readonly Section[], command: string): string => {
  const parts = sections
    .filter(hasMore)
    .flatMap(({ title, tables, notes }) => [
      `### ${title}`,
      ...tables.map(({ rows }) => markdownTable(rows)),
      ...notes,
    ]);
  const goals = markdownTable(goalRows(figuresOf(sections)));
  return [`\`${command}\` on ${machineLine()}.`, "### Goals", goals, ...parts].join("\n\n");
};

const BEGIN = "<!-- what the benchmark wrote -->";
const END = "<!-- up to here -->";

/** Puts the text between the two marks of a document. @throws where it does not have them */
export const writeBetweenMarks = (file: string, text: string): void => {
  const old = readFileSync(file, "utf8");
  const [from, to] = [old.indexOf(BEGIN), old.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`${file} has no place between ${BEGIN} and ${END}`);
  const before = old.slice(0, from + BEGIN.length);
  writeFileSync(file, `${before}\n\n${text}\n\n${old.slice(to)}`);
};
