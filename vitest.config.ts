import { defineConfig } from "vitest/config";
import { WORKERS } from "./e2e/desktop/workers.ts";

/** As many test files at once as there are cores; left alone, a core stays free. */
const EVERY_CORE = "100%";

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "src/**/*.test.ts"],
          maxWorkers: EVERY_CORE,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/servers/**", "e2e/desktop/**", "e2e/package/**", "**/node_modules/**"],
          maxWorkers: EVERY_CORE,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "desktop",
          include: ["e2e/desktop/**/*.test.ts", "e2e/package/**/*.test.ts"],
          setupFiles: ["e2e/desktop/own-display.ts"],
          maxWorkers: WORKERS,
          // After the others where all run at once: they take another number of workers.
          sequence: { groupOrder: 1 },
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // So many at once may keep one waiting for longer than a second.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
});
