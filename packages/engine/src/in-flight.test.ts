import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { InFlight } from "./in-flight.ts";

it("has what is under way, oldest first, until it is over", () => {
  const open = new InFlight<number | string, { name: string }>();
  open.set(1, { name: "a" });
  open.set("1", { name: "b" });
  expect(open.size).toBe(2);
  expect(open.get(1)).toEqual({ name: "a" });
  expect(open.get(2)).toBeUndefined();

  open.set(1, { name: "c" });
  expect([...open.values()].map(({ name }) => name)).toEqual(["b", "c"]);
  expect(open.delete("1")).toBe(true);
  expect(open.delete("1")).toBe(false);
  expect([open.has("1"), open.has(1), open.size]).toEqual([false, true, 1]);
});

it("can lose some while it is looked through", () => {
  const open = new InFlight<number, { id: number }>();
  for (const id of [1, 2, 3]) open.set(id, { id });
  const seen: number[] = [];
  for (const { id } of open.values()) {
    seen.push(id);
    open.delete(id);
    open.delete(3);
  }
  expect(seen).toEqual([1, 2]);
});

it("leaves nothing behind that only a full collection takes, which a Map does", async () => {
  const script = fileURLToPath(new URL("in-flight.churn.fixture.ts", import.meta.url));
  const growthOf = async (kind: string): Promise<number> => {
    // However slow the machine is, V8 is to see no need of a full collection by itself.
    const flags = ["--expose-gc", "--initial-old-space-size=1024"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, kind]);
    return Number(stdout);
  };
  expect((await growthOf("in-flight")) * 8).toBeLessThan(await growthOf("map"));
});
