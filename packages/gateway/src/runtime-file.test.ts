import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRuntime, removeRuntime, writeRuntime } from "./runtime-file.ts";

const place = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "lmg-runtime-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

test.skipIf(process.platform === "win32")(
  "the file that holds a token is its user's alone, also in the place of one that was not",
  () => {
    const directory = place();
    const path = join(directory, "runtime.json");
    writeFileSync(path, "{}", { mode: 0o666 });
    const runtime = { pid: 1, url: "http://127.0.0.1:4444", token: "t" };
    writeRuntime(path, runtime);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readRuntime(path)).toEqual(runtime);
    expect(readdirSync(directory)).toEqual(["runtime.json"]);
  },
);

test.skipIf(process.platform === "win32")("what stood in its way keeps nothing of it", () => {
  const directory = place();
  const path = join(directory, "runtime.json");
  const elsewhere = join(directory, "elsewhere");
  writeFileSync(elsewhere, "mine", { mode: 0o644 });
  symlinkSync(elsewhere, `${path}.${process.pid}.tmp`);
  writeRuntime(path, { pid: 1, url: "http://127.0.0.1:4444", token: "t" });
  expect(readFileSync(elsewhere, "utf8")).toBe("mine");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(lstatSync(path).isSymbolicLink()).toBe(false);
});

test("it is removed by whoever wrote it", () => {
  const path = join(place(), "runtime.json");
  writeRuntime(path, { pid: 1, url: "http://127.0.0.1:4444", token: "ours" });
  removeRuntime(path, "another's");
  expect(readRuntime(path)).toMatchObject({ token: "ours" });
  removeRuntime(path, "ours");
  expect(readRuntime(path)).toBeNull();
});
