import { describe, expect, test } from "vitest";
import { labels, refuseContradiction, selection, tags, types } from "./transfer-options.ts";

const include = selection("--include");

describe("--include", () => {
  test.each([
    [
      "tools:weather_api,translate;servers:ai-server",
      { tool: ["weather_api", "translate"], profile: ["ai-server"] },
    ],
    ["gateways: a , b ;", { server: ["a", "b"] }],
    ["tools", { tool: [] }],
    ["tools:a;tools:b", { tool: ["a", "b"] }],
    ["tools:a;tools", { tool: [] }],
    ["resources:https://a.example:8080/x?y=1", { resource: ["https://a.example:8080/x?y=1"] }],
    ['resources:"note:a,b;c",file:///d', { resource: ["note:a,b;c", "file:///d"] }],
    ["resources:note:a\\,b\\;c", { resource: ["note:a,b;c"] }],
    ['prompts:"a \\"b\\" \\\\"', { prompt: ['a "b" \\'] }],
  ])("%s", (text, chosen) => {
    expect(include(text)).toEqual(chosen);
  });

  test("is given several times", () => {
    expect(include("servers:c", include("tools:a"))).toEqual({ tool: ["a"], profile: ["c"] });
  });

  test.each([
    ["", "takes TYPE:NAME,NAME"],
    ["tool:a", "takes tools, gateways, servers, prompts, resources or roots, not “tool”"],
    ["tools:", "names no tools. “tools” alone is all of them"],
    ["tools:a;servers: ,", "names no servers"],
    ['tools:"a', 'has a " that nothing follows'],
    ["tools:a\\", "has a \\ that nothing follows"],
    [":a", "not “”"],
    ["tools,servers", "takes a colon after “tools”"],
  ])("refuses “%s”", (text, why) => {
    expect(() => include(text)).toThrow(expect.objectContaining({ code: "usage" }));
    expect(() => include(text)).toThrow(why);
  });
});

test("types are those of files, and one that is not is named with all there are", () => {
  const read = types("--types");
  expect(read("tools, gateways", read("servers"))).toEqual(["profile", "tool", "server"]);
  expect(() => read("profiles")).toThrow("not “profiles”");
  expect(() => read(",")).toThrow("There are tools, gateways, servers, prompts, resources, roots");
});

test("tags are given by the seeds' other word, too", () => {
  expect(labels("label=prod", tags("a,b"))).toEqual(["a", "b", "prod"]);
  expect(() => labels("prod")).toThrow("--filter takes label=TAG");
  expect(() => labels("label=")).toThrow("--filter takes label=TAG");
  expect(() => tags(" ")).toThrow("--tags names no tag");
});

test("what --types leaves out cannot be named", () => {
  expect(() => refuseContradiction(["tool"], { tool: ["a"], profile: ["b"] })).toThrow(
    "--include names servers, which --types leaves out.",
  );
  expect(() => refuseContradiction(["tool"], { tool: ["a"] })).not.toThrow();
  expect(() => refuseContradiction(undefined, { tool: ["a"] })).not.toThrow();
});
