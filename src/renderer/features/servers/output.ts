/** Colours and cursor moves that a program writes for a terminal (ECMA-48). */
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** A server's output as text: without what only a terminal understands. */
export const readable = (lines: readonly string[]): string =>
  lines.map((line) => line.replace(TERMINAL, "")).join("\n");
