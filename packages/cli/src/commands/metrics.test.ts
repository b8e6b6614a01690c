import { metricsView } from "@local-mcp/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

test("says that nothing was called, as a sentence and as JSON", async () => {
  expect(await place.run(["metrics"])).toMatchObject({
    exit: 0,
    out: "Nothing was called in this range.\n",
  });
  const shown = await place.run(["metrics", "show", "--last", "7d", "--json"]);
  expect(metricsView.parse(JSON.parse(shown.out))).toMatchObject({ totals: { calls: 0 } });
});

test("refuses what it does not know, and names it", async () => {
  const refusal = async (...words: string[]) => {
    const { exit, err } = await place.run(["metrics", ...words]);
    return [exit, err.split("\n")[0]];
  };
  expect(await refusal("show", "--last", "9x")).toEqual([
    2,
    "--last is one of 1h, 24h, 7d, 30d, not “9x”.",
  ]);
  expect(await refusal("show", "--kind", "cat")).toEqual([
    2,
    "--kind is one of tool, prompt, resource, not “cat”.",
  ]);
  expect(await refusal("show", "--server", "nobody")).toEqual([
    1,
    expect.stringContaining("nobody"),
  ]);
  expect(await refusal("reset")).toEqual([2, expect.stringContaining("--yes")]);
});

test("forgets without asking where that is said", async () => {
  expect(await place.run(["metrics", "reset", "--yes"])).toMatchObject({
    exit: 0,
    out: "0 calls forgotten.\n",
  });
  const some = await place.run(["metrics", "reset", "--tool", "a", "b", "--yes", "--json"]);
  expect(JSON.parse(some.out)).toEqual({ calls: 0 });
});
