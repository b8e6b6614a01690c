import type { Plugin, RolldownOptions } from "rolldown";

const HTTP = "\0lazy-http";

/**
 * Importing node:http from an ES module reads every one of its exports at once, and one of them
 * loads undici: 30 ms and some megabytes at each start, for a client that the gateway does not use.
 */
const withoutUndici: Plugin = {
  name: "without-undici",
  resolveId: (id) => (id === "node:http" || id === "http" ? HTTP : null),
  load: (id) =>
    id === HTTP
      ? `const http = process.getBuiltinModule("node:http");
export default http;
export const { Agent, createServer, request } = http;`
      : null,
};

/**
 * The command line as one bundle. Only better-sqlite3 stays outside, since it loads a native
 * binary from its own package. One bundle is not for looks: drizzle-orm imported unbundled costs
 * about 200 MB of memory.
 */
const options = {
  input: "packages/cli/src/main.ts",
  platform: "node",
  external: ["better-sqlite3"],
  plugins: [withoutUndici],
  resolve: { extensions: [".ts", ".js", ".mjs"] },
  transform: { target: "node20" },
  output: {
    file: "out/cli/index.mjs",
    format: "esm",
    codeSplitting: false,
    minify: "dce-only",
    banner: "#!/usr/bin/env node",
  },
} satisfies RolldownOptions;

export default options;
