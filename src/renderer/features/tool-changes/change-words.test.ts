import { expect, test } from "vitest";
import { aServer } from "../servers/servers.fixture.ts";
import {
  changedLine,
  changedSentence,
  meanwhile,
  releaseNote,
  reviewRoute,
  sinceWhen,
} from "./change-words.ts";
import { aChange } from "./tool-changes.fixture.ts";

test.each([
  [1, 0, "1 tool changed since you accepted it"],
  [2, 0, "2 tools changed since you accepted them"],
  [2, 2, "2 tools changed since you accepted them, held back"],
])("%i changed, %i held back: %s", (changedTools, heldTools, line) => {
  expect(changedLine({ changedTools, heldTools })).toBe(line);
});

test("the same as sentences, and what clients see", () => {
  const one = { changedTools: 1, heldTools: 1 };
  expect(changedSentence("files", one)).toBe(
    "1 tool of files changed since you accepted it and is held back.",
  );
  expect(changedSentence("files", { changedTools: 12, heldTools: 12 })).toBe(
    "12 tools of files changed since you accepted them and are held back.",
  );
  expect(changedSentence("files", { changedTools: 2, heldTools: 0 })).toBe(
    "2 tools of files changed since you accepted them.",
  );
  expect(meanwhile(one)).toBe("Clients do not see it, and calls are refused, until you accept it.");
  expect(meanwhile({ changedTools: 2, heldTools: 0 })).toBe("Clients see them as they are now.");
});

test("holding back no more says what clients then see", () => {
  expect(releaseNote(aServer())).toBeNull();
  expect(releaseNote(aServer({ status: { heldTools: 2 } }))).toBe(
    "2 tools that are held back now will be seen by clients once this is saved.",
  );
});

test("a tool that is new was never accepted", () => {
  expect(sinceWhen(aChange({ kind: "new", accepted: null, acceptedAt: null }))).toBe(
    "New, never accepted",
  );
  const noon = new Date(2026, 0, 2, 12, 30).getTime();
  expect(sinceWhen(aChange({ acceptedAt: noon }), noon)).toBe("Accepted 12:30, changed since");
});

test("the review has a route", () => {
  expect(reviewRoute("id-files")).toBe("/servers/id-files/changes");
});
