import { expect, test } from "vitest";
import { type Found, matchesText, spokenFound } from "./found-words.ts";

test.each<[Found, string, string]>([
  [{ count: 1204, search: null }, "1,204 match", "1,204 rows found."],
  [{ count: 1, search: null }, "1 matches", "1 row found."],
  [{ count: 0, search: null }, "0 match", "0 rows found."],
  [{ count: 12, search: "searching" }, "at least 12 match", "At least 12 rows found."],
  [{ count: 12, search: "cancelled" }, "at least 12 match", "At least 12 rows found."],
  [{ count: 10_000, search: "cut" }, "10,000+ match", "10,000+ rows found."],
  // That there is none is not known before the oldest was looked at.
  [{ count: 0, search: "searching" }, "", "So far no rows found."],
  [{ count: 0, search: "cancelled" }, "", "So far no rows found."],
])("of %j it is said “%s”", (found, shown, spoken) => {
  expect(matchesText(found)).toBe(shown);
  expect(spokenFound(found)).toBe(spoken);
});
