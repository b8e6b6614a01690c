import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { TestApp } from "./app.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** How many states were looked at, and how many checks passed in them. */
export const totals = { states: 0, passes: 0, violations: 0 };

/** No violation of WCAG 2.2 AA on what the page shows now; nothing is left out, nothing allowed. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // Electron cannot open the second page that axe uses otherwise.
  const { violations, passes } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(RULES)
    .analyze();
  totals.states += 1;
  totals.passes += passes.length;
  totals.violations += violations.length;
  const found = violations.map(
    ({ id, nodes }) =>
      `${state}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join("\n")}`,
  );
  expect(found).toEqual([]);
}

export type Theme = "light" | "dark";

export async function setTheme({ app, page }: TestApp, theme: Theme): Promise<void> {
  await app.evaluate(({ nativeTheme }, source) => {
    nativeTheme.themeSource = source;
  }, theme);
  await page.waitForFunction(
    (dark) => matchMedia("(prefers-color-scheme: dark)").matches === dark,
    theme === "dark",
  );
}
