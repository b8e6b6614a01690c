/**
 * Every page, and what can lie above one, read by axe: in light, the colours of whole pages in dark
 * too, of what lies above a page that alone. The full form (E2E_FULL=1, `run.ts --full`) goes through
 * every state of every page, each as a whole and in both themes, at 200 % zoom in the smallest window,
 * in forced colours and with reduced motion.
 */
import { afterAll, expect, test } from "vitest";
import { totals } from "../axe.ts";
import { isFull } from "../../full.ts";
import type { TestApp } from "../app.ts";
import { problemsOf } from "./looks.ts";
import { goesOn, putAway, type Scene, type State } from "./state.ts";

/** How long the focus may be on its way back, ms. */
const BACK_MS = 2000;

/** Puts away what lies above the page. Whoever uses the keyboard is not sent to its beginning. */
async function leave({ page }: TestApp, state: State): Promise<string[]> {
  const isDialog = (await page.getByRole("dialog").count()) > 0;
  await (state.leave ?? putAway)(page);
  if (!isDialog) return [];
  // It goes back once the dialog has gone, which is a frame or two after it cannot be seen.
  const isLost = await page
    .waitForFunction(() => document.activeElement !== document.body, null, { timeout: BACK_MS })
    .then(() => false)
    .catch(() => true);
  return isLost ? [`${state.name}: the focus is lost once it is closed`] : [];
}

/**
 * A test of each scene. A file has a part of them, so that another is read beside it.
 *
 * @param form the least one that reads them: every page is in a scene of the short one
 */
export function readScenes(scenes: readonly Scene[], form: "short" | "full" = "short"): void {
  let shown = 0;
  afterAll(() => {
    if (shown === 0) return;
    console.log(
      `Accessibility: ${shown} states, ${totals.looks} looks, ${totals.passes} checks passed, ${totals.violations} violations.`,
    );
  });
  test.runIf(isFull || form === "short").each(scenes)(
    "$name",
    { timeout: isFull ? 900_000 : 240_000 },
    async ({ open }) => {
      const { test: app, states } = await open();
      const found: string[] = [];
      for (const [index, state] of states.entries()) {
        const then = states[index + 1];
        try {
          await state.show(app.page);
          found.push(...(await problemsOf(app, state, isFull)));
          if (!then || !goesOn(then)) found.push(...(await leave(app, state)));
        } catch (error) {
          throw new Error(`In the state “${state.name}”: ${String(error)}`, { cause: error });
        }
        shown += 1;
      }
      expect(found).toEqual([]);
    },
  );
}
