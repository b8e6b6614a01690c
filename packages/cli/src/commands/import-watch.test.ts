import { PassThrough } from "node:stream";
import { GatewayError, type ImportJob } from "@local-mcp/contract";
import { createRedactor } from "@local-mcp/gateway";
import { expect, test } from "vitest";
import { Cli } from "../cli.ts";
import { watchedImport } from "./import-watch.ts";

const jobOf = (id: string, fileDigest: string): ImportJob => ({
  id,
  state: "running",
  phase: "plan",
  strategy: "update",
  name: "x.json",
  fileDigest,
  counts: { total: 4, created: 0, updated: 0, unchanged: 0, renamed: 0, skipped: 0, failed: 0 },
  processed: 1,
  cancellable: true,
  errors: [],
  warnings: [],
  problem: null,
  startedAt: 0,
  completedAt: null,
  backup: null,
});

/** A gateway that has these jobs, and a person at a terminal. */
const stage = (jobs: ImportJob[]) => {
  const stopping = new AbortController();
  const stderr = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true });
  const stream = new PassThrough();
  const io = { stdin: stream, stdout: stream, stderr, env: {}, cwd: "/", signal: stopping.signal };
  const cancelled: string[] = [];
  let end: (error: Error) => void = () => {};
  const work = new Promise<never>((_, reject) => (end = reject));
  const transfer = {
    jobs: async () => jobs,
    job: async ({ job }: { job: string }) => {
      const one = jobs.find(({ id }) => id === job);
      if (one === undefined) throw new GatewayError("import_not_found", { job });
      return one;
    },
    cancel: async ({ job }: { job: string }): Promise<{ ok: true }> => {
      cancelled.push(job);
      end(new GatewayError("import_cancelled"));
      return { ok: true };
    },
  };
  const cli = new Cli(io, {}, createRedactor());
  return {
    stopping,
    cancelled,
    jobs,
    stderr,
    watched: () => watchedImport(cli, { transfer }, "mine", () => work),
  };
};

test("the import of this file is cancelled, and no other", async () => {
  const { stopping, cancelled, watched } = stage([jobOf("1", "another's"), jobOf("2", "mine")]);
  const work = watched();
  stopping.abort();
  await expect(work).rejects.toMatchObject({ code: "import_cancelled", exit: 130 });
  expect(cancelled).toEqual(["2"]);
});

test("one that has not begun yet is cancelled as soon as it has", async () => {
  const { stopping, cancelled, jobs, watched } = stage([]);
  const work = watched();
  stopping.abort();
  jobs.push(jobOf("3", "mine"));
  await expect(work).rejects.toMatchObject({ code: "import_cancelled" });
  expect(cancelled).toEqual(["3"]);
});

test("how far it is is told in words", async () => {
  const { stopping, stderr, watched } = stage([jobOf("4", "mine")]);
  const work = watched();
  const said = await new Promise((resolve) => stderr.once("data", resolve));
  expect(said).toBe("\rComparing it with what is configured… 25 %");
  stopping.abort();
  await expect(work).rejects.toMatchObject({ code: "import_cancelled" });
});

test("who asked to stop before anything was sent has sent nothing", async () => {
  const { stopping, cancelled, watched } = stage([jobOf("5", "mine")]);
  stopping.abort();
  await expect(watched()).rejects.toMatchObject({ code: "import_cancelled" });
  expect(cancelled).toEqual([]);
});
