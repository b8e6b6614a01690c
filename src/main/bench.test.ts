import { expect, test } from "vitest";
import { createBench } from "./bench.ts";

const run = (enabled: boolean) => {
  const lines: unknown[] = [];
  let now = 100.4;
  const bench = createBench({
    enabled,
    sinceStart: () => (now += 100),
    write: (line) => lines.push(JSON.parse(line)),
  });
  return { bench, lines };
};

test("each event is told once, when all of it has happened", () => {
  const { bench, lines } = run(true);
  bench.mark("answered");
  bench.listening();
  bench.listening();
  expect(lines).toEqual([{ event: "listening", atMs: 200 }]);
  bench.mark("painted");
  bench.mark("answered");
  expect(lines.slice(1)).toEqual([{ event: "interactive", atMs: 300 }]);
});

test("nobody hears of it otherwise", () => {
  const { bench, lines } = run(false);
  bench.listening();
  bench.mark("answered");
  bench.mark("painted");
  expect(lines).toEqual([]);
});
