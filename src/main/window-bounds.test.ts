import { expect, test } from "vitest";
import { DEFAULT_SIZE, placeWindow } from "./window-bounds.ts";

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };
const saved = (x: number, y: number, width = 1120, height = 740) => ({
  x,
  y,
  width,
  height,
  maximized: false,
});

test("the first window has the default size, at a place the system chooses", () => {
  expect(placeWindow(null, [screen])).toEqual(DEFAULT_SIZE);
  expect(placeWindow(saved(0, 0), [])).toEqual(DEFAULT_SIZE);
});

test("a window that is on a screen is left where it was", () => {
  const on = { x: 2000, y: 100, width: 1000, height: 700 };
  expect(placeWindow({ ...on, maximized: false }, [screen, second])).toEqual(on);
});

test("the window of a screen that is gone comes to the one that is there", () => {
  expect(placeWindow(saved(2500, 100), [screen])).toEqual({
    x: 400,
    y: 170,
    width: 1120,
    height: 740,
  });
  expect(placeWindow(saved(-5000, -5000), [screen, second])).toMatchObject({ x: 400, y: 170 });
});

test.each([
  ["right", saved(1900, 100)],
  ["left", saved(-1100, 100)],
  ["top", saved(100, -700)],
  ["bottom", saved(100, 1070)],
])("one that left the screen on its %s can be taken hold of again", (_, bounds) => {
  const { x = NaN, y = NaN, width } = placeWindow(bounds, [screen]);
  expect(x + width).toBeGreaterThanOrEqual(200);
  expect(x).toBeLessThanOrEqual(1720);
  expect(y).toBeGreaterThanOrEqual(0);
  expect(y).toBeLessThanOrEqual(980);
});

test("sizes stay between what the page needs and what the screen has", () => {
  expect(placeWindow(saved(0, 0, 5000, 5000), [screen])).toMatchObject({
    width: 1920,
    height: 1080,
  });
  expect(placeWindow(saved(0, 0, 100, 100), [screen])).toMatchObject({ width: 800, height: 560 });
  const small = { x: 0, y: 0, width: 640, height: 480 };
  expect(placeWindow(saved(0, 0), [small])).toMatchObject({ width: 800, height: 560 });
});
