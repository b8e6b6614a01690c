import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "./test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

test("a command that sets a damaged file aside says where it is, once", async () => {
  await place.run(["status"]);
  writeFileSync(join(place.dataDir, "traffic.db"), "This is no database. ".repeat(200));
  const met = await place.run(["logs", "tail"]);
  expect(met).toMatchObject({ exit: 0, out: "Nothing of the kind is recorded.\n" });
  expect(met.err).toMatch(/^Warning: .* damaged\. It is kept as .*traffic-damaged-.*\.db/);
  expect((await place.run(["logs", "tail"])).err).toBe("");
});

test("a folder in the place of a file is told as one", async () => {
  await place.run(["status"]);
  mkdirSync(join(place.dataDir, "traffic.db"));
  const { exit, err } = await place.run(["logs", "tail"]);
  expect(err).toContain("traffic.db is a folder, and has to be a file.");
  expect(exit).toBe(1);
});
