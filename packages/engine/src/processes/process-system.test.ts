import { describe, expect, it } from "vitest";
import { isRunning, sleeper, until } from "./processes.fixture.ts";
import { processSystem, shared } from "./process-system.ts";

describe.skipIf(process.platform === "win32")("the processes of this system", () => {
  it("are read with ourselves among them", async () => {
    const all = await processSystem().read();
    const own = all.find(({ pid }) => pid === process.pid);
    expect(own?.parent).toBe(process.ppid);
    const rss = process.memoryUsage.rss();
    expect(own?.memoryBytes).toBeGreaterThan(rss / 2);
    expect(own?.memoryBytes).toBeLessThan(rss * 2);
  });

  it("are told apart under one number by when they started", async () => {
    const { read, signal } = processSystem();
    const pid = sleeper();
    await until(async () => (await read()).some((entry) => entry.pid === pid));
    const [seen] = (await read()).filter((entry) => entry.pid === pid);
    if (!seen) throw new Error("it is not there");
    await signal([{ ...seen, startedAt: seen.startedAt - 1 }], "SIGKILL");
    expect(isRunning(pid)).toBe(true);
    await signal([seen], "SIGKILL");
    await until(() => !isRunning(pid));
    await signal([seen], "SIGKILL");
  });
});

describe("a shared reading", () => {
  it("never tells of a moment before it was asked for, and joins those who wait", async () => {
    const begun: (() => void)[] = [];
    const read = shared(() => new Promise<number>((done) => begun.push(() => done(begun.length))));
    const first = read();
    const [second, third] = [read(), read()];
    expect(begun).toHaveLength(1);
    begun[0]?.();
    expect(await first).toBe(1);
    await until(() => begun.length === 2);
    begun[1]?.();
    expect(await Promise.all([second, third])).toEqual([2, 2]);
  });

  it("goes on after one that failed", async () => {
    let count = 0;
    const read = shared(async () => {
      count += 1;
      if (count === 1) throw new Error("not now");
      return count;
    });
    const [first, second] = [read(), read()];
    await expect(first).rejects.toThrow("not now");
    expect(await second).toBe(2);
  });
});
