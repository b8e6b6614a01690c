import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DesktopState } from "./desktop-state.ts";

let base: string;
let file: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "desktop-state-"));
  file = join(base, "app", "desktop.json");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const fail = (error: unknown): never => {
  throw error;
};
const bounds = { x: 1, y: 2, width: 900, height: 600, maximized: true };

test("what is remembered is there at the next start, whole", () => {
  const state = new DesktopState(file, fail);
  expect(state.get()).toEqual({ window: null, notified: {}, appearance: "system" });
  expect(existsSync(file)).toBe(false);
  state.update({ window: bounds });
  state.update({ notified: { "tray.first": 5 }, appearance: "dark" });
  expect(new DesktopState(file, fail).get()).toEqual({
    window: bounds,
    notified: { "tray.first": 5 },
    appearance: "dark",
  });
  expect(readdirSync(join(base, "app"))).toEqual(["desktop.json"]);
});

test.each(["", "{", "null", '{"window":{"x":"left"},"notified":[],"appearance":"pink"}'])(
  "a damaged file (%s) costs what it held and nothing else",
  (text) => {
    file = join(base, "desktop.json");
    writeFileSync(file, text);
    const state = new DesktopState(file, fail);
    expect(state.get()).toEqual({ window: null, notified: {}, appearance: "system" });
    state.update({ window: bounds });
    expect(new DesktopState(file, fail).get().window).toEqual(bounds);
  },
);

test("a place that cannot be written is told of, and what was said holds until the end", () => {
  const failures: unknown[] = [];
  writeFileSync(join(base, "app"), "a file");
  const state = new DesktopState(file, (error) => failures.push(error));
  state.update({ window: bounds });
  expect(failures).toHaveLength(1);
  expect(state.get().window).toEqual(bounds);
});
