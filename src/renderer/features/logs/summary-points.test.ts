import { expect, test } from "vitest";
import { summaryPoints } from "./summary-points.ts";

const AT = 1_763_800_000_000;
const call = (at: number) => ({ at, calls: 2, errors: 1, p50Ms: 3, p95Ms: 4, p99Ms: 5 });

test("a few calls stand at the end of a chart, after intervals without any", () => {
  const points = summaryPoints({ series: [call(AT)], stepMs: 1000 });
  expect(points).toHaveLength(12);
  expect(points.map(({ at }) => at - AT)).toEqual(
    Array.from({ length: 12 }, (_, index) => (index - 11) * 1000),
  );
  expect(points[0]).toMatchObject({ ok: 0, errors: 0, p50: null });
  expect(points.at(-1)).toMatchObject({ ok: 1, errors: 1, p50: 3 });
});

test("many intervals are as they came", () => {
  const series = Array.from({ length: 60 }, (_, index) => call(AT + index * 1000));
  expect(summaryPoints({ series, stepMs: 1000 }).map(({ at }) => at)).toEqual(
    series.map(({ at }) => at),
  );
});
