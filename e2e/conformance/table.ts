import type { Check } from "./checks.ts";
import { isEqual, isExcused, type Row } from "./compare.ts";

const LETTERS: Record<string, string> = { SUCCESS: "pass", FAILURE: "FAIL", WARNING: "warn" };

const cell = (check: Check | null): string =>
  check === null ? "–" : (LETTERS[check.status] ?? check.status.toLowerCase());

/** One line per check; `≠` marks a difference, `~` one that is on the burn-down list. */
export const table = (rows: Row[]): string => {
  const width = Math.max(5, ...rows.map(({ name }) => name.length));
  const line = (mark: string, name: string, direct: string, through: string) =>
    `${mark} ${name.padEnd(width)}  ${direct.padEnd(7)} ${through}`.trimEnd();
  return [
    line(" ", "check", "direct", "through"),
    ...rows.map((row) => {
      const mark = isEqual(row) ? " " : isExcused(row) ? "~" : "≠";
      return line(mark, row.name, cell(row.direct), cell(row.through));
    }),
    ...rows.filter(isExcused).map(({ name, excuse }) => `  ~ ${name}: ${excuse}`),
  ].join("\n");
};
