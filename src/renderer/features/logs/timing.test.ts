import { expect, test } from "vitest";
import { logDetailFixture } from "./log.fixture.ts";
import { timingOf } from "./timing.ts";

test("an exchange is on one scale, from its beginning to its end", () => {
  const request = logDetailFixture({ id: 1, at: 1000, durationMs: 100 });
  const upstream = logDetailFixture({ id: 2, at: 1030, durationMs: 60, kind: "upstream" });
  const details = new Map([[2, { waitedMs: 20, headMs: 50 }]]);
  const { bars, totalMs } = timingOf([request, upstream], details, 0);
  expect(totalMs).toBe(100);
  expect(bars.map(({ phases }) => phases)).toEqual([
    [{ kind: "whole", startMs: 0, durationMs: 100 }],
    [
      { kind: "waiting", startMs: 10, durationMs: 20 },
      { kind: "until_answer", startMs: 30, durationMs: 50 },
      { kind: "rest", startMs: 80, durationMs: 10 },
    ],
  ]);
});

test("what runs is as long as it has run, and what has no answer is a moment", () => {
  const running = logDetailFixture({ id: 1, at: 1000, durationMs: null, outcome: "running" });
  const told = logDetailFixture({ id: 2, at: 1030, durationMs: null, kind: "notification" });
  const { bars, totalMs } = timingOf([running, told], new Map(), 1050);
  expect(totalMs).toBe(50);
  expect(bars.map(({ phases }) => phases)).toEqual([
    [{ kind: "running", startMs: 0, durationMs: 50 }],
    [{ kind: "moment", startMs: 30, durationMs: 0 }],
  ]);
});

test("a server that took long to start and answered at once was waited for", () => {
  const request = logDetailFixture({ id: 1, at: 1000, durationMs: 3010 });
  const upstream = logDetailFixture({ id: 2, at: 4000, durationMs: 10, kind: "upstream" });
  const details = new Map([[2, { waitedMs: 3000, headMs: null }]]);
  const { bars, totalMs } = timingOf([request, upstream], details, 0);
  expect(totalMs).toBe(3010);
  expect(bars[1]).toMatchObject({
    startMs: 3000,
    phases: [
      { kind: "waiting", startMs: 0, durationMs: 3000 },
      { kind: "whole", startMs: 3000, durationMs: 10 },
    ],
  });
});

test("what the gateway asks by itself begins with its waiting", () => {
  const row = logDetailFixture({ id: 1, at: 2000, durationMs: 10, kind: "upstream" });
  const { bars, totalMs } = timingOf([row], new Map([[1, { waitedMs: 50, headMs: null }]]), 0);
  expect(totalMs).toBe(60);
  expect(bars[0]?.phases).toEqual([
    { kind: "waiting", startMs: 0, durationMs: 50 },
    { kind: "whole", startMs: 50, durationMs: 10 },
  ]);
});

test("an answer never begins after it has ended", () => {
  const row = logDetailFixture({ id: 1, at: 0, durationMs: 10, kind: "upstream" });
  const { bars } = timingOf([row], new Map([[1, { waitedMs: null, headMs: 50 }]]), 0);
  expect(bars[0]?.phases).toEqual([{ kind: "until_answer", startMs: 0, durationMs: 10 }]);
});
