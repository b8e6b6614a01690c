import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { z } from "zod";

/** Makes what stays, before and after it may grow, and tells how large the heap for what is new is. */
const program = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { startSmall } from ${JSON.stringify(new URL("./small-start.ts", import.meta.url).href)};
  const kept = [];
  const sizeAfterWork = () => {
    for (let at = 0; at < 1_000_000; at += 1) kept.push({ at, text: "t" + at });
    return getHeapSpaceStatistics().find((one) => one.space_name === "new_space").space_size;
  };
  const grow = startSmall();
  const small = sizeAfterWork();
  grow();
  console.log(JSON.stringify([small, sizeAfterWork()]));`;

test("the heap for what is new stays small, until it may grow", () => {
  const args = ["--input-type=module", "--no-warnings", "--eval", program];
  const told = execFileSync(process.execPath, args, { encoding: "utf8" });
  const [small = Infinity, grown = 0] = z.array(z.number()).parse(JSON.parse(told));
  expect(grown).toBeGreaterThanOrEqual(4 * small);
});
