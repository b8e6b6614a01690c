import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LEAN_ALLOCATOR, LEAN_HEAP } from "./lean-memory.ts";
import { Place } from "./test-kit.ts";

const here = new URL("./lean-memory.ts", import.meta.url).href;

/** Tells what the allocator was told, what a process would be told that is started now, and its words. */
const program = `
  import { readFileSync } from "node:fs";
  import { startLean } from ${JSON.stringify(here)};
  startLean();
  const own = readFileSync("/proc/self/environ", "utf8").split("\\0");
  const told = (list) => list.filter((one) => one.startsWith("MALLOC_")).toSorted();
  const passedOn = told(Object.entries(process.env).map((pair) => pair.join("=")));
  console.log(JSON.stringify({ own: told(own), passedOn, words: process.argv.slice(2), flags: process.execArgv }));`;

const outcome = z.object({
  own: z.array(z.string()),
  passedOn: z.array(z.string()),
  words: z.array(z.string()),
  flags: z.array(z.string()),
});

const LEAN = Object.entries(LEAN_ALLOCATOR).map((pair) => pair.join("="));

/** @param env beside the path of commands */
const start = (words: string[], env: NodeJS.ProcessEnv = {}) => {
  const place = new Place();
  try {
    const file = join(place.directory, "program.mjs");
    writeFileSync(file, program);
    const { pid, stdout, stderr } = spawnSync(process.execPath, ["--no-warnings", file, ...words], {
      env: { PATH: process.env["PATH"], ...env },
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(pid).toBeGreaterThan(0);
    return outcome.parse(JSON.parse(stdout));
  } finally {
    place.remove();
  }
};

describe.runIf(process.platform === "linux" && "execve" in process)("the allocator", () => {
  test("of what serves is lean, and that of what it starts is not", () => {
    const words = ["serve", "--data-dir", "a b"];
    expect(start(words)).toEqual({
      own: LEAN,
      passedOn: [],
      words,
      flags: [...LEAN_HEAP, "--no-warnings"],
    });
  });

  test("is left to whoever has chosen it", () => {
    const chosen = { MALLOC_ARENA_MAX: "8" };
    const kept = ["MALLOC_ARENA_MAX=8"];
    expect(start(["serve"], chosen)).toMatchObject({ own: kept, passedOn: kept });
  });

  test("of a command that ends soon is as it is", () => {
    expect(start(["servers", "list"])).toMatchObject({ own: [], passedOn: [] });
  });
});
