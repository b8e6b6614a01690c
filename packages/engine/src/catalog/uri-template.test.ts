import { describe, expect, it } from "vitest";
import { matchesTemplate } from "./uri-template.ts";

describe("whether a URI may come from a template", () => {
  it.each([
    ["test://template/{id}/data", "test://template/7/data", true],
    ["test://template/{id}/data", "test://template/7/8/data", false],
    ["test://template/{id}/data", "test://template//data", false],
    ["file:///{+path}", "file:///a/b/c.txt", true],
    ["db://{table}{?limit,offset}", "db://users", true],
    ["db://t/{table}/rows{?limit,offset}", "db://t/users/rows?limit=1", true],
    ["db://t/{table}/rows{?limit,offset}", "db://t/users/rows", true],
    ["exact://thing", "exact://thing", true],
    ["exact://thing", "exact://thing/else", false],
    ["{+anything}", "whatever://it/is", true],
    ["broken://{open", "broken://{open", true],
  ])("%s and %s: %s", (template, uri, expected) => {
    expect(matchesTemplate(template, uri)).toBe(expected);
  });

  it("is quick with the worst template and a long URI", () => {
    const template = `x://${"{+a}-".repeat(50)}`;
    expect(matchesTemplate(template, `x://${"-".repeat(8000)}!`)).toBe(false);
    expect(matchesTemplate("{+a}", "x".repeat(9000))).toBe(false);
  });
});
