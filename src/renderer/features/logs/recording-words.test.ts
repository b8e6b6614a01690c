import { expect, test } from "vitest";
import { leftText, rowsText } from "./recording-words.ts";

const MINUTE_MS = 60_000;

test.each([
  // The clock of the page lags a little behind.
  [60 * MINUTE_MS + 5000, "60 min left"],
  [42 * MINUTE_MS - 1, "42 min left"],
  [MINUTE_MS, "1 min left"],
  [MINUTE_MS - 1, "less than 1 min left"],
  [0, "less than 1 min left"],
  [-5000, "less than 1 min left"],
])("until whole messages are recorded no longer, %i ms: %s", (ms, text) => {
  expect(leftText(1_763_800_000_000 + ms, 1_763_800_000_000)).toBe(text);
});

test.each([
  [undefined, "", "all rows"],
  [1, "", "the only row"],
  [5, "", "all 5 rows"],
  [1, "status:error", "1 row that matches the filter"],
  [1204, "status:error", "1,204 rows that match the filter"],
])("%s rows of %j are “%s”", (rows, filter, text) => {
  expect(rowsText(rows, filter)).toBe(text);
});

test("what a HAR holds is requests", () => {
  expect(rowsText(3, "", "request")).toBe("all 3 requests");
  expect(rowsText(1, "status:ok", "request")).toBe("1 request that matches the filter");
});
