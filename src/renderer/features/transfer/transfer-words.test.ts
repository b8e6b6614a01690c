import type { ImportJob } from "@local-mcp/contract";
import { expect, test } from "vitest";
import {
  addedText,
  countsText,
  doneText,
  formatText,
  jobText,
  stateCount,
} from "./transfer-words.ts";

const none = { total: 0, created: 0, updated: 0, unchanged: 0, renamed: 0, skipped: 0, failed: 0 };

test("counts leave out what there is none of", () => {
  expect(countsText({ root: 0, server: 2, tool: 0, resource: 0, profile: 1, prompt: 0 })).toBe(
    "2 servers and 1 profile",
  );
  expect(addedText([])).toBeNull();
  expect(addedText([{ kind: "server" }, { kind: "server" }, { kind: "root" }])).toBe(
    "Adds 2 servers and 1 root that others need.",
  );
});

test("numbers have their words", () => {
  expect(stateCount("ask", 1)).toBe("1 needs a choice");
  expect(stateCount("ask", 2)).toBe("2 need a choice");
  expect(stateCount("update", 2)).toBe("2 change");
  expect(stateCount("unchanged", 9)).toBe("9 same");
});

test("what was done is said whole, and nothing that was not", () => {
  expect(doneText({ ...none, total: 17, created: 4, updated: 3, unchanged: 9, skipped: 1 })).toBe(
    "7 imported, 9 unchanged, 1 skipped.",
  );
  expect(doneText({ ...none, total: 2, failed: 2 })).toBe("0 imported, 2 failed.");
});

test("an import that did not come about says why, and that nothing was changed", () => {
  const job: ImportJob = {
    id: "1",
    state: "failed",
    phase: "plan",
    strategy: "update",
    name: "a.json",
    fileDigest: "",
    counts: none,
    processed: 0,
    cancellable: false,
    errors: [],
    warnings: [],
    problem: null,
    startedAt: 0,
    completedAt: null,
    backup: null,
  };
  expect(jobText(job)).toBe("It failed. Nothing was changed.");
  expect(jobText({ ...job, state: "cancelled" })).toBe("Cancelled. Nothing was changed.");
});

test("a form of file begins like a sentence", () => {
  expect(formatText("client")).toBe("A configuration of an MCP client");
});
