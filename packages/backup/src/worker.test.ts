import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { closeFile, configurationFile, type Connection, openFile } from "@local-mcp/database";
import { refusalOf } from "@local-mcp/vault/test-kit";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { BackupWorker } from "./types.ts";
import { createBackupWorker } from "./worker-client.ts";

// Threads are started and keys derived, beside all that other tests compute.
vi.setConfig({ testTimeout: 90_000 });

let root: string;
let live: Connection;
let folder: string;
const worker: BackupWorker = createBackupWorker();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "worker-"));
  live = openFile(join(root, "live.db"), configurationFile, {});
  live.exec(
    "INSERT INTO resources (id, uri, name, binary_content, created_at, updated_at) VALUES ('r', 'file:///r', 'r', randomblob(4000000), 1, 1)",
  );
});
beforeEach(() => {
  folder = mkdtempSync(join(root, "test-"));
});
afterAll(async () => {
  await worker.close();
  closeFile(live);
  rmSync(root, { recursive: true, force: true });
});

const input = () => ({
  database: join(root, "live.db"),
  target: join(folder, "made.db"),
  passphrase: null,
  slot: null,
  parts: [],
  version: "1",
  machine: "",
  missing: [],
});
const staging = (): string[] => readdirSync(join(root, "restore"));

test("works in a thread of its own, while this one turns", async () => {
  let turns = 0;
  const done = new AbortController();
  const turn = async (): Promise<void> => {
    while (!done.signal.aborted) {
      turns += 1;
      await setImmediate();
    }
  };
  const turning = turn();
  const phases: string[] = [];
  const onProgress = (phase: string): void => void (phases.at(-1) === phase || phases.push(phase));
  const made = await worker.create(input(), { onProgress });
  const directory = join(folder, "stage");
  const staged = await worker.stage(
    {
      file: input().target,
      name: "made",
      passphrase: null,
      directory,
      databaseName: "live.db",
      maxBytes: 2 ** 30,
    },
    {},
  );
  done.abort();
  await turning;
  expect(phases).toEqual(["snapshot", "check", "store"]);
  expect(staged).toMatchObject({ verified: true, digest: made.sha256, contents: made.contents });
  expect(turns).toBeGreaterThan(100);
});

test("what is refused there is refused here, by the same error", async () => {
  const target = join(folder, "none", "made.db");
  const refusal = await refusalOf(() => worker.create({ ...input(), target }, {}));
  expect(refusal).toBeInstanceOf(GatewayError);
  expect(refusal.code).toBe("backup_folder_unusable");
  expect(refusal.message).toContain(join(folder, "none"));
});

test.each(["snapshot", "check"])(
  "ends in its %s where it is cancelled, and leaves nothing",
  async (at) => {
    const abort = new AbortController();
    const onProgress = (phase: string): void => {
      if (phase === at) abort.abort(new GatewayError("backup_cancelled"));
    };
    const refusal = await refusalOf(() =>
      worker.create(input(), { signal: abort.signal, onProgress }),
    );
    expect(refusal.code).toBe("backup_cancelled");
    expect(readdirSync(folder)).toEqual([]);
    expect(staging()).toEqual([]);
    // Nobody is in the way of who writes, or of the next one.
    live.exec("UPDATE resources SET updated_at = updated_at + 1");
    expect((await worker.create(input(), {})).contents.counts.servers).toBe(0);
  },
);

test("one that was cancelled before is not begun", async () => {
  const signal = AbortSignal.abort(new GatewayError("backup_cancelled"));
  expect((await refusalOf(() => worker.create(input(), { signal }))).code).toBe("backup_cancelled");
  expect(readdirSync(folder)).toEqual([]);
});

test("closing it ends what it does", async () => {
  const other = createBackupWorker();
  const refused = refusalOf(() => other.create(input(), {}));
  await setImmediate();
  await other.close();
  expect((await refused).code).toBe("backup_cancelled");
  expect(readdirSync(folder)).toEqual([]);
  expect(staging()).toEqual([]);
});
