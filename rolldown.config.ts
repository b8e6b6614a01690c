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
export const { Agent, createServer, request, STATUS_CODES } = http;`
      : null,
};

/**
 * One bundle. Only better-sqlite3 stays outside, since it loads a native binary from its own
 * package. That is not for looks: drizzle-orm imported unbundled costs about 200 MB of memory.
 */
const bundle = (input: string, file: string, banner?: string) =>
  ({
    input,
    platform: "node",
    logLevel: "silent",
    external: ["better-sqlite3"],
    plugins: [withoutUndici],
    resolve: { extensions: [".ts", ".js", ".mjs"] },
    transform: { target: "node20" },
    output: { file, format: "esm", codeSplitting: false, minify: "dce-only", banner },
  }) satisfies RolldownOptions;

/** What runs in threads of their own, by the name of its bundle, beside the one that starts it. */
export const WORKERS = {
  "backup-worker": "packages/backup/src/worker.ts",
  "log-reader": "packages/gateway/src/logs/reader/worker.ts",
  "log-writer": "packages/gateway/src/logs/writer/worker.ts",
  "metrics-worker": "packages/gateway/src/metrics/worker.ts",
  "sandbox-worker": "packages/gateway/src/sandbox/worker.ts",
  "openapi-worker": "packages/gateway/src/tools/openapi/worker.ts",
};

export const workers = (folder: string) =>
  Object.entries(WORKERS).map(([name, source]) => bundle(source, `${folder}/${name}.mjs`));

/** The command line. */
export const cli = bundle("packages/cli/src/main.ts", "out/cli/index.mjs", "#!/usr/bin/env node");

export default [cli, ...workers("out/cli")];
