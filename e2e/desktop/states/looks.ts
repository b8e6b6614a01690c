import type { Page } from "playwright-core";
import { type Reading, setTheme, violationsOf } from "../axe.ts";
import type { TestApp } from "../app.ts";
import type { State } from "./state.ts";

/** Another way to see the window: how it begins, and how it ends. */
interface Look {
  name: string;
  begin: (test: TestApp) => Promise<unknown>;
  end: (test: TestApp) => Promise<unknown>;
  reading?: Reading;
  /** What axe does not see. */
  also?: (page: Page) => Promise<string | null>;
}

const dark: Look = {
  name: "dark",
  begin: (test) => setTheme(test, "dark"),
  end: (test) => setTheme(test, "light"),
};

const forcedColours = (theme: "light" | "dark"): Look => ({
  name: `forced colours, ${theme}`,
  begin: ({ page }) => page.emulateMedia({ colorScheme: theme, forcedColors: "active" }),
  end: ({ page }) => page.emulateMedia({ colorScheme: "light", forcedColors: "none" }),
});

const reducedMotion: Look = {
  name: "reduced motion",
  begin: ({ page }) => page.emulateMedia({ reducedMotion: "reduce" }),
  end: ({ page }) => page.emulateMedia({ reducedMotion: "no-preference" }),
  also: (page) =>
    page.evaluate(() => {
      const moving = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations === Infinity);
      return moving.length === 0 ? null : `${moving.length} animations go on for ever`;
    }),
};

/** The window of `width` × `height` at a zoom. */
async function resize(
  { app, page }: TestApp,
  [width, height]: [number, number],
  zoom: number,
): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      for (const window of BrowserWindow.getAllWindows()) {
        window.setContentSize(size.width, size.height);
        window.webContents.setZoomFactor(size.zoom);
      }
    },
    { width, height, zoom },
  );
  const wanted = Math.round(width / zoom);
  await page.waitForFunction((one) => Math.abs(window.innerWidth - one) <= 1, wanted);
}

const zoomed: Look = {
  name: "at 200 %",
  begin: (test) => resize(test, [800, 560], 2),
  end: (test) => resize(test, [1120, 740], 1),
  also: (page) =>
    page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const widest = Math.max(scrollWidth, document.body.scrollWidth);
      return widest <= clientWidth ? null : `${widest} px wide in a window of ${clientWidth} px`;
    }),
};

/** Between the themes nothing differs but colours. */
const darkColours: Look = { ...dark, reading: "colours" };

const FULL: Look[] = [dark, forcedColours("light"), forcedColours("dark"), reducedMotion, zoomed];

/** What is wrong with the state that the window shows, in every way that it is to be seen. */
export async function problemsOf(
  test: TestApp,
  { name, isPage = false }: State,
  isFull: boolean,
): Promise<string[]> {
  const { page } = test;
  const reading = isFull || isPage ? "everything" : "above";
  const found = await violationsOf(page, `${name}, light`, reading);
  for (const look of isFull ? FULL : isPage ? [darkColours] : []) {
    await look.begin(test);
    const state = `${name}, ${look.name}`;
    found.push(...(await violationsOf(page, state, look.reading)));
    const other = await look.also?.(page);
    if (other) found.push(`${state}: ${other}`);
    await look.end(test);
  }
  return found;
}
