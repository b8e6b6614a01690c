import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { z } from "zod";

/**
 * Makes what stays, before and after it may grow, and tells how large the heap for what is new is: what
 * it is mostly, since in the middle of a collection it is what the collector needs besides.
 */
const program = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { startSmall } from ${JSON.stringify(new URL("./small-start.ts", import.meta.url).href)};
  const kept = [];
  const sizeNow = () =>
    getHeapSpaceStatistics().find((one) => one.space_name === "new_space").space_size;
  const sizeAtWork = () => {
    const sizes = [];
    for (let at = 0; at < 1_000_000; at += 1) {
      kept.push({ at, text: "t" + at });
      if (at % 100_000 === 99_999) sizes.push(sizeNow());
    }
    return sizes.toSorted((one, other) => one - other)[sizes.length / 2];
  };
  const grow = startSmall();
  const small = sizeAtWork();
  grow();
  console.log(JSON.stringify([small, sizeAtWork()]));`;

test("the heap for what is new stays small, until it may grow", () => {
  const args = ["--input-type=module", "--no-warnings", "--eval", program];
  const told = execFileSync(process.execPath, args, { encoding: "utf8" });
  const [small = Infinity, grown = 0] = z.array(z.number()).parse(JSON.parse(told));
  expect(grown).toBeGreaterThanOrEqual(4 * small);
});
