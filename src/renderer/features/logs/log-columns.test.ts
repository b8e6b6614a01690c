import { describe, expect, test } from "vitest";
import { columnsFor, templateOf } from "./log-columns.ts";

const names = (width: number, hidden: Parameters<typeof columnsFor>[1] = []): string =>
  columnsFor(width, hidden)
    .map(({ name, isIcon }) => (isIcon ? `${name} icon` : name))
    .join(", ");

describe("columns", () => {
  test.each([
    [1200, "time, result, client, what, server, took, size"],
    [820, "time, result icon, client, what, server, took, size"],
    [710, "time, result icon, client, what, server, took"],
    [620, "time, result icon, client, what, took"],
    [480, "time, result icon, what, took"],
    [400, "time, result icon, what"],
    [200, "time, result icon, what"],
  ])("of %i px are %s", (width, wanted) => {
    expect(names(width)).toBe(wanted);
  });

  test("that a person does not want make room for others", () => {
    expect(names(710, ["client"])).toBe("time, result icon, what, server, took, size");
  });

  test("what was called takes what is left", () => {
    expect(templateOf(columnsFor(1200, []))).toContain("minmax(0, 1fr)");
  });
});
