import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLI, Serving } from "../command-line.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "local-mcp-start-up-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Without what the tests have in the environment for the same purpose. */
const run = (words: string[], entry = CLI): string =>
  execFileSync(process.execPath, [entry, "--data-dir", dataDir, ...words], {
    env: { PATH: process.env["PATH"] },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

test("a command reads what it needs alone", () => {
  const program = join(dataDir, "program");
  cpSync(dirname(CLI), program, { recursive: true });
  const gateway = readdirSync(program).filter((file) => file.startsWith("part-opening"));
  expect(gateway).toHaveLength(1);
  for (const part of gateway) rmSync(join(program, part));
  const entry = join(program, "index.mjs");
  expect(run(["--version"], entry)).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run(["--help"], entry)).toContain("servers|gateways");
  expect(run(["bridge", "--help"], entry)).toContain("--token-file");
  expect(() => run(["servers", "list"], entry)).toThrow("Something went wrong inside the gateway");
});

test("what Node compiled is kept in the data directory, once there is one and a need", () => {
  run(["--version"]);
  run(["servers", "--help"]);
  expect(readdirSync(dataDir)).toEqual([]);
  run(["servers", "list"]);
  // Node 20 keeps nothing.
  const kept = readdirSync(dataDir).includes("compiled");
  expect(kept).toBe(!process.version.startsWith("v20."));
});

test.skipIf(process.platform === "win32")("nothing is kept where others can write", () => {
  chmodSync(dataDir, 0o777);
  run(["servers", "list"]);
  expect(readdirSync(dataDir)).not.toContain("compiled");
});

test.runIf(process.platform === "linux" && "execve" in process)(
  "what serves begins anew with lean memory, as the same process",
  async () => {
    const serving = await Serving.start(dataDir, { PATH: process.env["PATH"] });
    const told = (file: string): string[] =>
      readFileSync(`/proc/${serving.child.pid}/${file}`, "utf8").split("\0");
    const [variables, words] = [told("environ"), told("cmdline")];
    const { code } = await serving.end("SIGTERM");
    expect(variables).toContain("MALLOC_ARENA_MAX=2");
    expect(words).toContain("--max-semi-space-size=16");
    expect(code).toBe(0);
  },
);
