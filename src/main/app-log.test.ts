import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppLog } from "./app-log.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "app-log-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const failures: unknown[] = [];
const createLog = (maxBytes?: number) =>
  new AppLog({ now: () => 0, onFailure: (error) => failures.push(error), maxBytes });
const lines = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n");

test("nothing is written before the directory is ours, and nothing is lost", () => {
  const log = createLog();
  log.write("info", "first", { n: 1 });
  expect(readdirSync(base)).toEqual([]);
  log.openIn(join(base, "logs"));
  log.line(JSON.stringify({ message: "second" }));
  const [first, second] = lines(join(base, "logs", "app.log")).map((line) => JSON.parse(line));
  expect(first).toEqual({
    time: "1970-01-01T00:00:00.000Z",
    level: "info",
    message: "first",
    n: 1,
  });
  expect(second).toEqual({ message: "second" });
  expect(statSync(join(base, "logs", "app.log")).mode & 0o777).toBe(0o600);
  expect(statSync(join(base, "logs")).mode & 0o777).toBe(0o700);
});

test("no secret is written, nor kept in memory", () => {
  const log = createLog();
  log.write("info", "call", { url: "https://x.example/?key=c4n4ry", apiKey: "c4n4ry" });
  log.line("text with Bearer c4n4ry and\nlmg_c4n4ry");
  log.openIn(base);
  expect(readFileSync(join(base, "app.log"), "utf8")).not.toContain("c4n4ry");
  expect(lines(join(base, "app.log"))).toHaveLength(2);
  expect(log.recent().join()).not.toContain("c4n4ry");
});

test("nor what the gateway knows to be secret, whatever it looks like", () => {
  const log = createLog();
  log.redactor.know("correct horse battery");
  log.openIn(base);
  log.write("error", "fault", { error: "Error: correct horse battery\n    at call (a.ts:1:1)" });
  log.line("gateway: correct+horse+battery");
  expect(lines(join(base, "app.log"))).toEqual([
    expect.stringContaining("Error: [removed: secret]\\n    at call (a.ts:1:1)"),
    "gateway: [removed: secret]",
  ]);
});

test("five files are kept, each within its size, and a later start goes on in the last", () => {
  const size = 400;
  for (let start = 0; start < 2; start += 1) {
    const log = createLog(size);
    log.openIn(base);
    for (let n = 0; n < 50; n += 1) log.write("info", `entry ${start}-${n}`);
  }
  const files = readdirSync(base).sort();
  expect(files).toEqual(["app.log", "app.log.1", "app.log.2", "app.log.3", "app.log.4"]);
  for (const file of files) expect(statSync(join(base, file)).size).toBeLessThanOrEqual(size);
  expect(lines(join(base, "app.log")).at(-1)).toContain("entry 1-49");
  const newestFirst = files.flatMap((file) => lines(join(base, file)).toReversed());
  const numbers = newestFirst.map((line) => Number(/entry 1-(\d+)/.exec(line)?.[1]));
  expect(numbers).toEqual(numbers.map((_, index) => 49 - index));
});

test("a log that cannot be written is told of once and stops nothing", () => {
  failures.length = 0;
  writeFileSync(join(base, "file"), "");
  const log = createLog();
  log.openIn(join(base, "file", "logs"));
  log.write("info", "one");
  log.write("info", "two");
  expect(failures).toHaveLength(1);
  expect(log.recent()).toHaveLength(2);
  mkdirSync(join(base, "other"));
  log.openIn(join(base, "other"));
  log.write("info", "three");
  expect(lines(join(base, "other", "app.log"))).toHaveLength(1);
});

test("the last 200 lines are at hand", () => {
  const log = createLog();
  for (let n = 0; n < 250; n += 1) log.write("info", `n${n}`);
  expect(log.recent()).toHaveLength(200);
  expect(log.recent()[0]).toContain("n50");
});
