import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { OutputOptions, Plugin, RolldownOptions } from "rolldown";

const HTTP = "\0lazy-http";

/**
 * Importing node:http from an ES module reads every one of its exports at once, and one of them
 * loads undici: 30 ms and some megabytes at each start, for a client that the gateway does not use.
 */
export const withoutUndici: Plugin = {
  name: "without-undici",
  resolveId: (id) => (id === "node:http" || id === "http" ? HTTP : null),
  load: (id) =>
    id === HTTP
      ? `const http = process.getBuiltinModule("node:http");
export default http;
export const { Agent, createServer, request, STATUS_CODES } = http;`
      : null,
};

/** Parts of an earlier build that are none of this one: nothing loads them, and all would be shipped. */
const withoutOldParts: Plugin = {
  name: "without-old-parts",
  writeBundle: ({ dir = "" }, parts) => {
    for (const file of readdirSync(dir)) {
      if (file.startsWith(PART) && !(file in parts)) rmSync(join(dir, file));
    }
  },
};

/** What the names of parts begin with, which no thread's does. */
const PART = "part-";

/**
 * How a bundle is written down: without what only a reader needs. V8 holds the whole text, and one
 * quotation mark beyond Latin-1 doubles it.
 */
export const lean = {
  format: "es",
  minify: "dce-only",
  charset: "ascii",
  comments: { legal: true, annotation: false, jsdoc: false },
} satisfies OutputOptions;

/**
 * A bundle. Only better-sqlite3 stays outside, since it loads a native binary from its own package.
 * That is not for looks: drizzle-orm imported unbundled costs about 200 MB of memory.
 */
const bundle = (
  input: string | Record<string, string>,
  output: OutputOptions,
  plugins: readonly Plugin[] = [],
) =>
  ({
    input,
    platform: "node",
    logLevel: "silent",
    external: ["better-sqlite3"],
    plugins: [withoutUndici, ...plugins],
    resolve: { extensions: [".ts", ".js", ".mjs"] },
    transform: { target: "node20" },
    output: { ...lean, ...output },
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

/** A program in one file. */
export const single = (input: string, file: string) =>
  bundle(input, { file, codeSplitting: false });

export const workers = (folder: string) =>
  Object.entries(WORKERS).map(([name, source]) => single(source, `${folder}/${name}.mjs`));

/** The command line. What a command alone needs is read when that command is run. */
export const cli = bundle(
  { index: "packages/cli/src/main.ts" },
  {
    dir: "out/cli",
    entryFileNames: "[name].mjs",
    // Beside the threads, which are found by the place of whoever starts them.
    chunkFileNames: `${PART}[name].mjs`,
    banner: (chunk) => (chunk.isEntry ? "#!/usr/bin/env node" : ""),
  },
  [withoutOldParts],
);

export default [cli, ...workers("out/cli")];
