import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  boolean,
  integer,
  nat,
  oneof,
  option,
  record,
  scheduler,
} from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallPlan } from "./ledger.fixture.ts";
import { type ClientPlan, type Plan, Stage } from "./stage.fixture.ts";

const RUNS = Number(process.env.RUNS ?? 1000);

/** Logs and questions are what can go astray most easily. */
const step = constantFrom<CallPlan["steps"]>(
  "log",
  "log",
  "log",
  "progress",
  "form",
  "form",
  "sample",
  "roots",
  "withdraw",
  "pause",
);

const call = record<CallPlan>({
  server: nat(1),
  steps: array(step, { maxLength: 4 }),
  end: constantFrom("result", "result", "result", "error", "never"),
  attitude: constantFrom(
    "accept",
    "accept",
    "accept",
    "decline",
    "refuse",
    "silent",
    "replay",
    "stolen",
  ),
  goesOn: boolean(),
  givenUpAfter: option(nat(25), { freq: 3 }),
});

const client = record<ClientPlan>({
  era: constantFrom("legacy", "modern"),
  capabilities: oneof(
    { weight: 4, arbitrary: constant({ elicitation: {}, sampling: {}, roots: {} }) },
    { weight: 1, arbitrary: constant({ elicitation: {} }) },
  ),
  numbering: constantFrom("number", "text", "both"),
  listens: constantFrom(true, true, false),
  calls: array(call, { minLength: 1, maxLength: 3 }),
});

const KIND = constantFrom(
  "channel" as const,
  "own" as const,
  "streams" as const,
  "modern" as const,
  "modern-channel" as const,
);

const plan = record<Plan>({
  servers: array(KIND, { minLength: 2, maxLength: 2 }),
  clients: array(client, { minLength: 2, maxLength: 3 }),
  burst: integer({ min: 1, max: 3 }),
  waits: boolean(),
});

/** What has to have happened often enough for the test to say anything; see {@link Stage}. */
const WANTED = [
  "answered by the server",
  "progress",
  "logs",
  "questions answered",
  "asked by a result",
  "parked",
  "tries refused",
  "replays refused",
  "resumed",
  "cancelled at the server",
  "told as ok",
  "told as error",
  "told as cancelled",
  "told as timed_out",
];

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
});
afterEach(() => void vi.useRealTimers());

describe("two or three clients of two servers, with the same ids, tokens and names", () => {
  it("what belongs to a request of one reaches no other, in whatever order things happen", async () => {
    const totals: Record<string, number> = {};
    await assert(
      asyncProperty(plan, scheduler(), async (plan, order) => {
        const stage = new Stage(plan, order);
        await stage.play();
        expect(stage.ledger.faults).toEqual([]);
        for (const [what, count] of Object.entries(stage.ledger.counts)) {
          totals[what] = (totals[what] ?? 0) + count;
        }
      }),
      { numRuns: RUNS },
    );
    // Each of the things that the test is about has happened, and not just once.
    expect(WANTED.filter((what) => (totals[what] ?? 0) < RUNS / 50)).toEqual([]);
  }, 60_000);
});
