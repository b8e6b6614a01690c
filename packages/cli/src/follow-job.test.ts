import { type BackupJob, type ErrorCode, GatewayError } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { followJob } from "./follow-job.ts";

const running: BackupJob = {
  id: "job-1",
  kind: "restore",
  state: "running",
  phase: "decrypt",
  progress: 0.5,
  cancellable: true,
  problem: null,
  notes: [],
};
const done: BackupJob = { ...running, state: "done", phase: "smoke", notes: ["All is well."] };
const failure = (state: "failed" | "cancelled", code: ErrorCode): BackupJob => {
  const { message, wayOut, params } = new GatewayError(code, { reason: "it is torn" });
  return { ...running, state, problem: { code, message, wayOut, params } };
};

/** A gateway that answers one after another; the last answer stays. */
const saying = (...answers: (BackupJob | ErrorCode | null)[]) => {
  const asked = { job: 0, cancel: 0 };
  const backups = {
    job: async () => {
      const answer = answers[Math.min(asked.job++, answers.length - 1)] ?? null;
      if (typeof answer === "string") throw new GatewayError(answer, { url: "http://x" });
      return { job: answer };
    },
    cancel: async (): Promise<{ ok: true }> => {
      asked.cancel += 1;
      return { ok: true };
    },
  };
  return { connection: { api: { backups } }, asked };
};
const soon = { pollMs: 1 };

test("a restore is followed to its end, through the restart", async () => {
  const commit: BackupJob = { ...running, phase: "commit", cancellable: false };
  const { connection } = saying(
    running,
    commit,
    "gateway_unreachable",
    "restore_under_way",
    "token_unknown",
    "shutting_down",
    done,
  );
  const phases: string[] = [];
  const onPhase = ({ phase }: BackupJob): void => void phases.push(phase);
  expect(await followJob(connection, "job-1", { ...soon, onPhase })).toEqual(done);
  expect(phases).toEqual(["decrypt", "commit", "smoke"]);
});

test.each([
  ["failed", "restore_rolled_back"],
  ["cancelled", "backup_cancelled"],
] as const)("one that %s ends with why", async (state, code) => {
  const { connection } = saying(running, failure(state, code));
  await expect(followJob(connection, "job-1", soon)).rejects.toMatchObject({ code });
});

test.each([
  ["gateway_unreachable", "backup_interrupted"],
  ["restore_under_way", "restore_under_way"],
  // What was restored does not hold the token.
  ["token_unknown", "restore_token_gone"],
] as const)("%s for ever is %s in the end", async (said, code) => {
  const { connection } = saying(running, said);
  const followed = followJob(connection, "job-1", { ...soon, patienceMs: 20 });
  await expect(followed).rejects.toMatchObject({ code });
});

test.each([
  ["another job", { ...done, id: "job-2" }],
  ["no job at all", null],
])("a gateway that knows of %s was started anew", async (_, job) => {
  const { connection } = saying(running, "gateway_unreachable", job);
  await expect(followJob(connection, "job-1", soon)).rejects.toMatchObject({
    code: "backup_interrupted",
  });
});

test("what is no part of a restart is told at once", async () => {
  const { connection, asked } = saying(running, "token_lacks_right");
  const followed = followJob(connection, "job-1", soon);
  await expect(followed).rejects.toMatchObject({ code: "token_lacks_right" });
  expect(asked.job).toBe(2);
});

test("who is stopped cancels once, and hears how it ends", async () => {
  const stop = new AbortController();
  const { connection, asked } = saying(
    running,
    running,
    running,
    failure("cancelled", "backup_cancelled"),
  );
  const onPhase = (): void => stop.abort();
  const followed = followJob(connection, "job-1", { ...soon, signal: stop.signal, onPhase });
  await expect(followed).rejects.toMatchObject({ code: "backup_cancelled", exit: 130 });
  expect(asked.cancel).toBe(1);
});

test.each(["backup_not_cancellable", "gateway_unreachable"] as const)(
  "after the point of no return (%s) it is said so, and gone on with",
  async (code) => {
    const stop = new AbortController();
    stop.abort();
    const { connection } = saying(running, done);
    connection.api.backups.cancel = async () => {
      throw new GatewayError(code, { url: "http://x" });
    };
    let said = 0;
    const followed = followJob(connection, "job-1", {
      ...soon,
      signal: stop.signal,
      onUnstoppable: () => void (said += 1),
    });
    expect(await followed).toEqual(done);
    expect(said).toBe(1);
  },
);
