import { describe, expect, test } from "vitest";
import { passes, type Check, type Run } from "./checks.ts";
import { compare, fixtureFaults, scoreOf } from "./compare.ts";
import { SUITES } from "./suites.ts";
import { table } from "./table.ts";

const check = (id: string, status = "SUCCESS", message = ""): Check => ({ id, status, message });
const run = (scenarios: Record<string, Check[]>): Run => new Map(Object.entries(scenarios));
const good = run({ ping: [check("ping"), check("wire")], list: [check("list")] });

describe("two runs side by side", () => {
  test("equal runs have no fault, failures on both sides included", () => {
    const failing = run({ ping: [check("ping"), check("wire", "FAILURE", "the one says this")] });
    const likewise = run({ ping: [check("ping"), check("wire", "FAILURE", "the other that")] });
    expect(compare(good, good).faults).toEqual([]);
    expect(compare(failing, likewise).faults).toEqual([]);
  });

  test("a planted difference is named with both verdicts and its message", () => {
    const through = run({
      ping: [check("ping"), check("wire", "FAILURE", "no content")],
      list: [check("list")],
    });
    expect(compare(good, through).faults).toEqual([
      "ping:wire: SUCCESS directly, FAILURE through: no content",
    ]);
  });

  test("better than the fixture is a difference too", () => {
    const direct = run({ ping: [check("ping"), check("wire", "WARNING")] });
    const through = run({ ping: [check("ping"), check("wire")] });
    expect(compare(direct, through).faults).toEqual([
      "ping:wire: WARNING directly, SUCCESS through",
    ]);
  });

  test("a check that is missing on either side is a fault", () => {
    const fewer = run({ ping: [check("ping")], list: [check("list")] });
    expect(compare(good, fewer).faults).toEqual(["ping:wire: SUCCESS directly, missing through"]);
    expect(compare(fewer, good).faults).toEqual(["ping:wire: missing directly, SUCCESS through"]);
  });

  test("a scenario that ran on one side only is a fault, even without checks", () => {
    const direct = run({ ping: [check("ping")], list: [] });
    const through = run({ ping: [check("ping")] });
    expect(compare(direct, through).faults).toEqual(["list ran directly only"]);
    expect(compare(through, direct).faults).toEqual(["list ran through only"]);
  });

  test("runs that passed nothing prove nothing", () => {
    const nothing = run({ ping: [check("ping", "FAILURE")] });
    expect(compare(nothing, nothing).faults).toEqual([
      "the direct run passed no check",
      "the run through the gateway passed no check",
    ]);
    expect(compare(run({}), run({})).faults).toHaveLength(2);
  });

  test("a scenario that is left out by name is not compared", () => {
    const through = run({ ping: [check("ping"), check("wire")] });
    expect(compare(good, through, { without: ["list"] }).faults).toEqual([]);
  });
});

describe("the burn-down list", () => {
  const through = run({
    ping: [check("ping"), check("wire", "FAILURE")],
    list: [check("list")],
  });

  test("excuses a difference, and the table shows that it does", () => {
    const { faults, rows } = compare(good, through, { excused: { "ping:wire": "known" } });
    expect(faults).toEqual([]);
    expect(table(rows)).toMatch(/^~ ping:wire +pass +FAIL$/m);
    expect(table(compare(good, through).rows)).toMatch(/^≠ ping:wire +pass +FAIL$/m);
  });

  test("an entry whose check is equal by now is a fault, as is one that names no check", () => {
    expect(compare(good, good, { excused: { "ping:wire": "known" } }).faults).toEqual([
      "ping:wire is excused but does not differ: take it off the list",
    ]);
    expect(compare(good, good, { excused: { "gone:gone": "known" } }).faults).toHaveLength(1);
  });
});

describe("the score of the fixture", () => {
  const checks = (count: number) =>
    run({ one: Array.from({ length: count }, (_, i) => check(`${i}`)) });

  test("is exact: a check fewer, a failed one and one more are faults", () => {
    const suite = SUITES["0.1.16"];
    expect(fixtureFaults(checks(44), suite, [])).toEqual([]);
    expect(fixtureFaults(checks(43), suite, [])).toEqual([
      "the fixture scores 43/43 checks directly, not 44/44",
    ]);
    const failed = checks(44).set("two", [check("x", "FAILURE")]);
    expect(fixtureFaults(failed, suite, [])).toHaveLength(1);
    expect(fixtureFaults(checks(45), suite, [])).toHaveLength(1);
  });

  test("counts required scenarios where the suite asks for those", () => {
    const suite = SUITES["2026-07-28"];
    const found = run({
      a: [check("a")],
      b: [check("b"), check("c", "FAILURE")],
      c: [],
      d: [check("d")],
    });
    expect(scoreOf(found, suite, ["a", "b", "c", "absent"])).toEqual({ passed: 1, total: 4 });
    expect(fixtureFaults(found, suite, ["a"])).toHaveLength(1);
  });

  test("a scenario that only skipped does not pass", () => {
    expect(passes([check("a", "SKIPPED")])).toBe(false);
    expect(passes([check("a", "WARNING"), check("b")])).toBe(true);
  });
});
