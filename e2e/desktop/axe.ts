import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { TestApp } from "./app.ts";

/** Sets of rules, by their tags. */
const EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The rules that ask for colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];

const ABOVE = "[role=dialog], [role=alertdialog], [role=menu], #layer [role=listbox]";

/** What lies above a page, and Esc puts away. What was closed may stay in the document, unseen. */
export const above = (page: Page) => page.locator(ABOVE).filter({ visible: true });

/** What is read: all that there are rules for, of that what lies above the page, or what a theme alone may change. */
export type Reading = "everything" | "above" | "colours";

/** How many looks there were, and how many checks passed in them. */
export const totals = { looks: 0, passes: 0, violations: 0 };

/** What is against WCAG 2.2 AA on what the page shows now; nothing is left out, nothing allowed. */
export async function violationsOf(
  page: Page,
  state: string,
  reading: Reading = "everything",
): Promise<string[]> {
  const found = await look(page, state, reading);
  // What began to change while it was looked at is another thing a moment later; a fault is not.
  const lasting = found.length === 0 ? found : await look(page, state, reading);
  totals.violations += lasting.length;
  return lasting;
}

async function look(page: Page, state: string, reading: Reading): Promise<string[]> {
  // What is half faded in has the contrast of no state.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(
        ({ playState, effect }) =>
          playState !== "running" || effect?.getComputedTiming().iterations === Infinity,
      ),
  );
  // Its half a megabyte of source stays in the page, and would be sent anew for each look.
  const isThere = await page.evaluate(() => "axe" in window);
  // Electron cannot open the second page that axe uses otherwise.
  const axe = new AxeBuilder({ page, ...(isThere && { axeSource: "void 0" }) })
    .setLegacyMode(true)
    // Of what passes, that it passes is enough to know; each node of it takes most of the time.
    .options({ resultTypes: ["violations"] });
  const reader = reading === "colours" ? axe.withRules(COLOURS) : axe.withTags(EVERYTHING);
  const isAbove = reading === "above" && (await above(page).count()) > 0;
  const { violations, passes } = await (isAbove ? reader.include(ABOVE) : reader).analyze();
  totals.looks += 1;
  totals.passes += passes.length;
  return violations.map(
    ({ id, nodes }) =>
      `${state}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join("\n")}`,
  );
}

/** No violation on what the page shows now. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  expect(await violationsOf(page, state)).toEqual([]);
}

export type Theme = "light" | "dark";

/** As the system says it to the page: the app itself sets its theme anew at every change. */
export async function setTheme({ page }: TestApp, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
}
