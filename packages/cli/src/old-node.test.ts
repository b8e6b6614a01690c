import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installedNode, isTooOld } from "./old-node.ts";
import { Place } from "./test-kit.ts";

test("which Node can load the database", () => {
  expect([undefined, "9", "10", "11"].map(isTooOld)).toEqual([true, true, false, false]);
});

test("the Node of the install is found beside the program, wherever the command runs", () => {
  const found = installedNode(import.meta.url);
  expect(found).toMatch(/node_modules/);
  expect(existsSync(String(found))).toBe(true);
});

test("none is found where there is none", () => {
  const place = new Place();
  try {
    expect(installedNode(join(place.directory, "index.mjs"))).toBeNull();
    expect(installedNode(import.meta.url, "sunos-x64")).toBeNull();
  } finally {
    place.remove();
  }
});
