import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { WORKERS } from "./e2e/desktop/workers.ts";
import { inBundledWorker } from "./scripts/bundled-worker.ts";
import { quickKeys } from "./scripts/quick-keys.ts";
import { SlowFirst } from "./scripts/slow-first.ts";

/** What Node compiled once it need not compile again, and no process that a test starts does. */
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.compile-cache");

/** Test files at once: left alone, a core stays free, and what they start is waited for. */
const AT_ONCE = { unit: 1.5, integration: 2 };
const workers = (kind: keyof typeof AT_ONCE): number =>
  Math.ceil(availableParallelism() * AT_ONCE[kind]);

/** A test may lose a race with its machine; what needed a second try is named at the end. */
const RETRIES = process.env["E2E_RETRY"] === "1" ? 1 : 0;

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/closing-line.ts"],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        plugins: [inBundledWorker, quickKeys],
        test: {
          name: "unit",
          globalSetup: ["scripts/bundled-worker.ts"],
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "src/**/*.test.ts"],
          maxWorkers: workers("unit"),
          // Else each file loads everything anew, a third of the whole. So a test leaves no mock behind.
          isolate: false,
          testTimeout: 20_000,
          retry: RETRIES,
        },
      },
      {
        plugins: [inBundledWorker, quickKeys],
        test: {
          name: "integration",
          globalSetup: ["scripts/bundled-worker.ts"],
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/servers/**", "e2e/desktop/**", "e2e/package/**", "**/node_modules/**"],
          maxWorkers: workers("integration"),
          isolate: false,
          // Projects with another number of workers run one after the other.
          sequence: { groupOrder: 1 },
          // The longest takes 30 s on two free cores, and a machine may be busy with something else.
          testTimeout: 120_000,
          hookTimeout: 60_000,
          retry: RETRIES,
        },
      },
      {
        test: {
          name: "desktop",
          include: ["e2e/desktop/**/*.test.ts", "e2e/package/**/*.test.ts"],
          setupFiles: ["e2e/desktop/own-display.ts"],
          maxWorkers: WORKERS,
          isolate: false,
          sequence: { groupOrder: 2 },
          testTimeout: 90_000,
          hookTimeout: 60_000,
          retry: RETRIES,
          // So many at once may keep one waiting for longer than a second.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
});
