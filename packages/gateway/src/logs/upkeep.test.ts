import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Asked } from "../traffic/thread.ts";
import { Upkeep } from "./upkeep.ts";
import type { WriterTasks } from "./writer/messages.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A thread that refuses for as long as it is told to. */
function stage() {
  const asked: string[] = [];
  const told: string[] = [];
  let refusal: GatewayError | null = new GatewayError("disk_full", { path: "/x", reason: "full" });
  const ask: Asked<WriterTasks>["ask"] = async (kind) => {
    asked.push(kind);
    if (refusal) throw refusal;
    return JSON.parse('{"rows":0,"more":false}');
  };
  const upkeep = new Upkeep({
    writer: { ask },
    retention: () => ({ logKeepDays: 7, logKeepMb: 1, logKeepRows: 1, logBodyBytes: 1 }),
    onRemoved: () => told.push(`removed, clearing: ${upkeep.isClearing}`),
    log: { info: () => {}, warn: (message) => told.push(message), error: () => {} },
    now: () => 0,
  });
  return { asked, told, upkeep, allow: () => void (refusal = null) };
}

test("what was cleared is removed once that is possible, and is said to be on its way until then", async () => {
  const { asked, told, upkeep, allow } = stage();
  upkeep.clear();
  await nextTurn();
  expect(asked).toEqual(["clearSome"]);
  expect(told).toEqual(["debug logs stay longer"]);
  expect(upkeep.isClearing).toBe(true);
  allow();
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(() => expect(upkeep.isClearing).toBe(false));
  expect(told).toEqual(["debug logs stay longer", "removed, clearing: false"]);
  await upkeep.close();
});

test("nothing is tried again after the end", async () => {
  const { asked, upkeep } = stage();
  upkeep.clear();
  await upkeep.close();
  vi.advanceTimersByTime(600_000);
  await nextTurn();
  expect(asked).toEqual(["clearSome"]);
});
