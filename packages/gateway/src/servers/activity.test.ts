import type { Observation } from "@local-mcp/engine";
import { describe, expect, it } from "vitest";
import { Activity } from "./activity.ts";

const seen = (
  state: Observation["state"],
  since: number,
  message: string | null = null,
): Observation => ({
  state,
  since,
  reason: message === null ? null : { code: "exited", message, detail: null },
  retryAt: null,
  attempt: null,
  listIncomplete: false,
  answerTooBig: false,
});

describe("the activity of a server", () => {
  it("tells each change once, the newest first", () => {
    const activity = new Activity();
    activity.record("a", seen("starting", 1));
    activity.record("a", seen("starting", 1));
    activity.record("a", { ...seen("ready", 2), listIncomplete: true });
    activity.record("a", seen("ready", 2));
    activity.record("b", seen("off", 3));
    expect(activity.of("a")).toEqual([
      { at: 2, state: "ready", reason: null },
      { at: 1, state: "starting", reason: null },
    ]);
    expect(activity.of("c")).toEqual([]);
  });

  it("tells of another reason for the same state by the time it was seen", () => {
    const activity = new Activity();
    activity.record("a", seen("retrying", 1, "exit code 1"));
    activity.record("a", seen("retrying", 1, "exit code 2"), 9);
    expect(activity.of("a").map(({ at, reason }) => [at, reason?.message])).toEqual([
      [9, "exit code 2"],
      [1, "exit code 1"],
    ]);
  });

  it("keeps the last hundred, over restarts, until the server is gone", () => {
    const activity = new Activity();
    for (let at = 0; at < 120; at += 1) activity.record("a", seen("failed", at, `failure ${at}`));
    activity.record("a", seen("idle", 120));
    expect(activity.of("a")).toHaveLength(100);
    expect(activity.of("a")[1]?.reason?.message).toBe("failure 119");
    activity.forget("a");
    expect(activity.of("a")).toEqual([]);
  });
});
