import { describe, expect, it } from "vitest";
import {
  CRASH_LOOP_WINDOW_MS,
  FIRST_DELAY_MS,
  HEALTHY_MS,
  MAX_DELAY_MS,
  RestartPolicy,
} from "./restart-policy.ts";

const policy = (givesUp: boolean, random = 1): RestartPolicy =>
  new RestartPolicy({ givesUp, random: () => random });

describe("when a server is started again", () => {
  it("waits twice as long after each failure, up to half a minute", () => {
    const remote = policy(false);
    const delays = Array.from({ length: 10 }, (_, at) => {
      const verdict = remote.failed(at * 1000);
      return verdict.kind === "retry" ? verdict.delayMs : null;
    });
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("spreads servers that failed together", () => {
    expect(policy(false, 0).failed(0)).toMatchObject({ kind: "retry", delayMs: 188 });
    expect(policy(false, 1).failed(0)).toMatchObject({ kind: "retry", delayMs: FIRST_DELAY_MS });
  });

  it("leaves a process stopped that failed five times in five minutes", () => {
    const local = policy(true);
    const verdicts = [0, 1, 2, 3, 4].map((at) => local.failed(at * 1000));
    const told = verdicts.map((one) =>
      one.kind === "retry"
        ? `${one.attempt.number} of ${one.attempt.of}`
        : `given up after ${one.failures}`,
    );
    expect(told).toEqual(["2 of 5", "3 of 5", "4 of 5", "5 of 5", "given up after 5"]);
  });

  it("forgets failures that are further apart", () => {
    const local = policy(true);
    const step = CRASH_LOOP_WINDOW_MS / 4;
    const verdicts = Array.from({ length: 12 }, (_, at) => local.failed(at * step).kind);
    expect(verdicts).not.toContain("give_up");
  });

  it("starts anew after a minute of health, and not before", () => {
    for (const [healthyMs, expected] of [
      [HEALTHY_MS - 1, 1000],
      [HEALTHY_MS, 250],
    ] as const) {
      const remote = policy(false);
      remote.failed(0);
      remote.failed(1000);
      remote.ready(2000);
      const verdict = remote.failed(2000 + healthyMs);
      expect(verdict).toMatchObject({ kind: "retry", delayMs: expected });
    }
  });

  it("never gives a remote server up", () => {
    const remote = policy(false);
    const last = Array.from({ length: 1000 }, (_, at) => remote.failed(at)).at(-1);
    const attempt = { number: 1001, of: null };
    expect(last).toEqual({ kind: "retry", delayMs: MAX_DELAY_MS, attempt });
  });
});
