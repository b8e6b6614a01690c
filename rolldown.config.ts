import { defineConfig } from "rolldown";

/**
 * The command line as one bundle. Only better-sqlite3 stays outside, since it loads a native
 * binary from its own package. One bundle is not for looks: drizzle-orm imported unbundled costs
 * about 200 MB of memory.
 */
export default defineConfig({
  input: "packages/cli/src/main.ts",
  platform: "node",
  external: ["better-sqlite3"],
  resolve: { extensions: [".ts", ".js", ".mjs"] },
  transform: { target: "node20" },
  output: {
    file: "out/cli/index.mjs",
    format: "esm",
    codeSplitting: false,
    minify: "dce-only",
    banner: "#!/usr/bin/env node",
  },
});
