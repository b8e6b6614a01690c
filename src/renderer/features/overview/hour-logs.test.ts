import { LOG_STATUS_VALUES, outcomesOf, parseLogQuery } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { hourLogs } from "./hour-logs.ts";

const HOUR_MS = 3_600_000;

test("what opens beside the errors of the hour is all that did not end well", () => {
  const { terms, problems } = parseLogQuery(hourLogs(3), HOUR_MS);
  expect(problems).toEqual([]);
  const shown = terms.flatMap((term) =>
    term.type === "name" && term.key === "status" ? term.values.flatMap(outcomesOf) : [],
  );
  const counted = LOG_STATUS_VALUES.flatMap(outcomesOf).filter(
    (outcome) => outcome !== "ok" && outcome !== "running",
  );
  expect(new Set(shown)).toEqual(new Set(counted));
});

test("without an error it is every call of the hour, and no list", () => {
  const { terms, problems } = parseLogQuery(hourLogs(0), HOUR_MS);
  expect(problems).toEqual([]);
  expect(terms).toMatchObject([
    { key: "time", from: 0, to: null },
    { key: "method", values: ["tools/call", "prompts/get", "resources/read"] },
  ]);
});
