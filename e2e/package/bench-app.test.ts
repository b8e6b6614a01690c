import { expect, test } from "vitest";
import { type AppResult, reportApp } from "../../bench/app-report.ts";

const empty: AppResult = {
  listening: null,
  interactive: 300,
  pssOpen: 200,
  pssHidden: 170,
  cpuOpen: 0,
  cpuHidden: 0,
  size: 230e6,
};
const atTheLimits: AppResult = {
  listening: 400,
  interactive: 750,
  pssOpen: 260,
  pssHidden: 230,
  cpuOpen: 0.2,
  cpuHidden: 0.2,
  size: 900e6,
};

test("at its limits nothing is missed, and the size is told without one", () => {
  const { text, missed } = reportApp(atTheLimits, empty);
  expect(missed).toEqual([]);
  expect(text).toContain("900");
});

test.each([
  ["listening", "gateway listening, ms"],
  ["interactive", "window interactive, ms"],
  ["pssOpen", "memory, window open, MB"],
  ["pssHidden", "memory, window closed, MB"],
  ["cpuOpen", "idle, window open, % of a core"],
  ["cpuHidden", "idle, window closed, % of a core"],
] as const)("%s over its limit is named", (key, name) => {
  const over = { ...atTheLimits, [key]: (atTheLimits[key] ?? 0) + 1 };
  expect(reportApp(over, empty).missed).toEqual([name]);
});

test("what was not measured is missed", () => {
  expect(reportApp({ ...atTheLimits, listening: null }, empty).missed).toHaveLength(1);
});
