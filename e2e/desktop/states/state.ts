import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { TestApp } from "../app.ts";
import { above } from "../axe.ts";

/** One thing that the window can show. */
export interface State {
  name: string;
  /** A page as a whole; what lies above a page or is a detail of one is not. */
  isPage?: boolean;
  /** Gets there from wherever the state before has left the window. */
  show: (page: Page) => Promise<unknown>;
  /** Puts away what lies above the page; by Esc where nothing else is said. */
  leave?: (page: Page) => Promise<unknown>;
}

/** States that one start of the app can show one after the other. */
export interface Scene {
  name: string;
  open: () => Promise<{ test: TestApp; states: State[] }>;
}

/** Goes to a route, as a link does. */
export async function go(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, route);
}

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/**
 * Points at something until its explanation shows. Tests share a display, and a window that another
 * one opens there takes the pointer away from this one's.
 */
export async function pointAt(target: Locator, explanation: Locator): Promise<void> {
  const page = target.page();
  for (;;) {
    await page.mouse.move(0, 0);
    await target.hover();
    const shown = await explanation.waitFor({ timeout: 2000 }).then(
      () => true,
      () => false,
    );
    if (shown) return;
  }
}

export const dialogOf = (page: Page) => page.getByRole("dialog");

/** Closes what lies above the page, the topmost first. */
export async function putAway(page: Page): Promise<void> {
  for (let left = await above(page).count(); left > 0; left -= 1) {
    await page.keyboard.press("Escape");
    await expect.poll(() => above(page).count()).toBeLessThan(left);
  }
}

/** A page, by its route, that shows `text` when it is there. */
export const pageState = (name: string, route: string, text: string | RegExp): State => ({
  name,
  isPage: true,
  show: async (page) => {
    await go(page, route);
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  },
});

/** The same for what differs from a page as a whole in a few words only. */
export const detailState = (name: string, route: string, text: string | RegExp): State => ({
  ...pageState(name, route, text),
  isPage: false,
});

/** A dialog, by its title. */
export const dialogState = (
  name: string,
  title: string | RegExp,
  open: (page: Page) => Promise<unknown>,
): State => ({
  name,
  show: async (page) => {
    await open(page);
    await page.getByRole("dialog", { name: title }).waitFor();
  },
});

/** More of what the state before shows: it is not put away in between. */
export const next = (name: string, show: State["show"]): State => ({ name: `… ${name}`, show });

export const goesOn = ({ name }: State): boolean => name.startsWith("… ");
