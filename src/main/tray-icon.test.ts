import { expect, test } from "vitest";
import { drawTrayIcon, trayShape } from "./tray-icon.ts";

const SIZE = 40;
/** How much of the pixel at a place is drawn; the place is given from -1 to 1. */
const alphaAt = (pixels: Buffer, x: number, y: number): number => {
  const column = Math.min(SIZE - 1, Math.floor(((x + 1) / 2) * SIZE));
  const row = Math.min(SIZE - 1, Math.floor(((y + 1) / 2) * SIZE));
  return pixels[(row * SIZE + column) * 4 + 3] ?? -1;
};

test("each state has a shape of its own", () => {
  const serving = drawTrayIcon("serving", SIZE, 255);
  const attention = drawTrayIcon("attention", SIZE, 255);
  const stopped = drawTrayIcon("not_serving", SIZE, 255);
  // A disc is whole in the middle and ends before the corner.
  expect(alphaAt(serving, 0.05, 0.05)).toBe(255);
  expect(alphaAt(serving, 0.95, -0.95)).toBe(0);
  // Attention has a dot where the disc ends, with a gap around it.
  expect(alphaAt(attention, 0.6, -0.6)).toBe(255);
  expect(alphaAt(attention, 0.35, -0.35)).toBe(0);
  expect(alphaAt(serving, 0.35, -0.35)).toBe(255);
  // A ring is empty beside its slash.
  expect(alphaAt(stopped, 0.05, 0.05)).toBe(255);
  expect(alphaAt(stopped, 0.35, -0.35)).toBe(0);
  expect(alphaAt(stopped, 0.5, -0.5)).toBe(255);
});

test("its edges are smooth and its pixels premultiplied", () => {
  const pixels = drawTrayIcon("serving", 22, 255);
  const alphas = new Set<number>();
  for (let at = 0; at < pixels.length; at += 4) {
    const [blue = -1, , , alpha = -1] = pixels.subarray(at, at + 4);
    expect(blue).toBe(alpha);
    alphas.add(alpha);
  }
  expect(alphas.size).toBeGreaterThan(4);
  expect(drawTrayIcon("serving", 22, 0).subarray(0, 4).toString("hex")).toBe("00000000");
});

test("a gateway that starts is one that serves", () => {
  const states = ["serving", "starting", "attention", "not_serving"] as const;
  expect(states.map(trayShape)).toEqual(["serving", "serving", "attention", "not_serving"]);
});
