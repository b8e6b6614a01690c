import { defineConfig } from "vitest/config";
import { quickKeys } from "../quick-keys.ts";

/** The tests of what must not be wrong: each change that Stryker makes there has to fail one. */
export default defineConfig({
  plugins: [quickKeys],
  test: {
    include: [
      "packages/vault/src/**/*.test.ts",
      "packages/gateway/src/http/guard.test.ts",
      "packages/backup/src/restore/*.test.ts",
    ],
    testTimeout: 20_000,
  },
});
