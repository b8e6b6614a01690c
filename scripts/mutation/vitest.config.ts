import { defineConfig } from "vitest/config";

/** The tests of what must not be wrong: each change that Stryker makes there has to fail one. */
export default defineConfig({
  test: {
    include: [
      "packages/vault/src/**/*.test.ts",
      "packages/gateway/src/http/guard.test.ts",
      "packages/backup/src/restore/*.test.ts",
    ],
    testTimeout: 20_000,
  },
});
