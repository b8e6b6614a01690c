import { expect, test } from "vitest";
import { namesOverBudget } from "./findings.ts";

const tool = (exposed: string, renamed: "too_long" | null = null, serverName = "files") => ({
  exposed,
  original: exposed,
  serverName,
  enabled: true,
  renamed,
});
const profile = (slug: string, active = false) => ({ id: slug, slug, active });

test("a name that had to be shortened is told of, with its server and profile", () => {
  const [seen, ...more] = namesOverBudget([profile("dev")], () => [
    tool("a_b_123456", "too_long"),
    tool("short"),
    { ...tool("c_d_123456", "too_long"), enabled: false },
  ]);
  expect(more).toEqual([]);
  expect(seen).toMatchObject({
    code: "name_over_budget",
    server: "files",
    profile: "dev",
    count: 1,
    filter: null,
    lastAt: null,
  });
  expect(seen?.message).toContain("“a_b_123456” of files");
});

test("what clients put before a name counts, also that of the active profile's address", () => {
  // mcp__local-mcp-dev__ leaves 44 characters, mcp__local-mcp-gateway__ 40.
  const fits = (length: number, active = false) =>
    namesOverBudget([profile("dev", active)], () => [tool("x".repeat(length))]).length === 0;
  expect([fits(44), fits(45), fits(40, true), fits(41, true)]).toEqual([true, false, true, false]);
  const [seen] = namesOverBudget([profile("x".repeat(50))], () => [tool("ls")]);
  expect(seen?.fix).toContain("the gateway a shorter name");
});

test("each server is told of once; what was dismissed is told of again when it is about others", () => {
  const long = ["a", "b", "c", "d"].map((name) => tool(name.repeat(45)));
  const other = tool("e".repeat(45), null, "github");
  const before = namesOverBudget([profile("dev")], () => [...long, other]);
  expect(before.map(({ server, count }) => [server, count])).toEqual([
    ["files", 4],
    ["github", 1],
  ]);
  expect(before[0]?.message).toContain("and 1 more of files");
  const same = namesOverBudget([profile("dev")], () => long);
  const fewer = namesOverBudget([profile("dev")], () => long.slice(1));
  expect(same[0]?.id).toBe(before[0]?.id);
  expect(fewer[0]?.id).not.toBe(before[0]?.id);
});
