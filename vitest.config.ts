import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "src/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/servers/**", "e2e/desktop/**", "e2e/package/**", "**/node_modules/**"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "desktop",
          include: ["e2e/desktop/**/*.test.ts", "e2e/package/**/*.test.ts"],
          // Each starts an Electron, and mostly waits for it.
          maxWorkers: 2,
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
