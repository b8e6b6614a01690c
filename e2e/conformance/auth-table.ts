/** What became of one scenario of sign-in. */
export interface AuthRow {
  name: string;
  /** Checks that succeeded. */
  passed: number;
  /** All but those that only report. */
  checks: number;
  isRequired: boolean;
  /** Why it did not pass; null where it did. */
  fault: string | null;
}

/** One line per scenario; `≠` marks one that did not pass. */
export const authTable = (rows: AuthRow[]): string => {
  const width = Math.max(8, ...rows.map(({ name }) => name.length));
  const line = (mark: string, name: string, ...cells: string[]) =>
    `${mark} ${name.padEnd(width)}  ${cells.map((cell) => cell.padEnd(8)).join(" ")}`.trimEnd();
  return [
    line(" ", "scenario", "checks", "required", "result"),
    ...rows.map(({ name, passed, checks, isRequired, fault }) =>
      line(
        fault === null ? " " : "≠",
        name,
        `${passed}/${checks}`,
        isRequired ? "yes" : "–",
        fault === null ? "pass" : "FAIL",
      ),
    ),
  ].join("\n");
};
