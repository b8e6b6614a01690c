import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { soon } from "./http.fixture.ts";
import { PacedReading, type Worth } from "./paced-reading.ts";
import { turn } from "./test-kit.ts";
import { TimeBudget } from "./time-budget.ts";

/** Ms that a read is said to take, on a clock that the test moves. */
function clock() {
  let now = 0;
  return { now: () => now, pass: (ms: number) => (now += ms) };
}

function work(ms: number): void {
  const began = performance.now();
  while (performance.now() - began < ms);
}

function spent(): TimeBudget {
  const budget = new TimeBudget({ burstMs: 1000, share: 1e-4 });
  budget.spend(2000);
  return budget;
}

describe("reading at a pace", () => {
  it("gives all bytes in their order, and the end after them", async () => {
    const sent = Buffer.from(Array.from({ length: 500_000 }, (_, at) => at % 251));
    const stream = Readable.from([sent.subarray(0, 3), sent.subarray(3)], { objectMode: false });
    const parts: Buffer[] = [];
    let seenAtEnd = 0;
    stream.once("end", () => {
      seenAtEnd = Buffer.concat(parts).length;
    });
    const read = (bytes: Buffer): Worth => {
      parts.push(Buffer.from(bytes));
      return "other";
    };
    new PacedReading(stream, { budget: new TimeBudget({ burstMs: 10, share: 0.5 }), read }).begin();
    await soon(() => expect(seenAtEnd).toBe(sent.length));
    expect(Buffer.concat(parts).equals(sent)).toBe(true);
  });

  it("lets everybody else have a turn, however much is waiting", async () => {
    const stream = Readable.from(
      Array.from({ length: 50 }, () => Buffer.alloc(65_536)),
      { objectMode: false },
    );
    let chunksReadInOneTurn = 0;
    let most = 0;
    const begin = (): void => {
      chunksReadInOneTurn = 0;
      if (!stream.readableEnded) setImmediate(begin);
    };
    begin();
    const read = (bytes: Buffer): Worth => {
      chunksReadInOneTurn += bytes.length / 65_536;
      most = Math.max(most, chunksReadInOneTurn);
      return "answer";
    };
    new PacedReading(stream, {
      budget: new TimeBudget({ burstMs: 1e9, share: 1 }),
      read,
    }).begin();
    await soon(() => expect(stream.readableEnded).toBe(true));
    expect(most).toBeLessThanOrEqual(2);
  });

  it("stops for what nobody asked for when the budget is spent, and goes on when it has recovered", async () => {
    const time = clock();
    const budget = new TimeBudget({ burstMs: 2, share: 0.5, now: time.now });
    const stream = new PassThrough();
    let bytesRead = 0;
    const read = (bytes: Buffer): Worth => {
      bytesRead += bytes.length;
      work(0.8);
      return "other";
    };
    new PacedReading(stream, { budget, read }).begin();
    stream.write(Buffer.alloc(60_000));
    await soon(() => expect(budget.waitMs).toBeGreaterThan(0));
    const readAtFirst = bytesRead;
    expect(readAtFirst).toBeLessThan(60_000);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(bytesRead).toBe(readAtFirst);
    expect(stream.isPaused()).toBe(true);
    await soon(() => {
      time.pass(100);
      expect(bytesRead).toBe(60_000);
    });
    stream.destroy();
  });

  it("takes nothing for answers, nor for the parts they came in", () => {
    const budget = new TimeBudget({ burstMs: 1000, share: 1e-4 });
    const stream = new PassThrough();
    const worths: Worth[] = ["part", "part", "answer"];
    budget.spend(999.93);
    const read = (): Worth => {
      work(1);
      return worths.shift() ?? "other";
    };
    new PacedReading(stream, { budget, read }).begin();
    stream.emit("data", Buffer.alloc(1));
    stream.emit("data", Buffer.alloc(1));
    expect(budget.waitMs).toBeGreaterThan(0);
    stream.emit("data", Buffer.alloc(1));
    expect(budget.waitMs).toBe(0);
    stream.destroy();
  });

  it("waits no longer once nothing more will be written", async () => {
    const stream = new PassThrough();
    let bytesRead = 0;
    const reading = new PacedReading(stream, {
      budget: spent(),
      read: (bytes) => {
        bytesRead += bytes.length;
        return "other";
      },
    });
    reading.begin();
    stream.end(Buffer.alloc(60_000));
    await soon(() => expect(bytesRead).toBe(8192));
    reading.hurry();
    await soon(() => expect(bytesRead).toBe(60_000));
  });

  it("leaves no timer behind when the stream is closed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const stream = new PassThrough();
    new PacedReading(stream, { budget: spent(), read: () => "other" }).begin();
    stream.write(Buffer.alloc(10));
    for (let turns = 0; turns < 10; turns += 1) await turn();
    expect(vi.getTimerCount()).toBe(1);
    stream.destroy();
    await once(stream, "close");
    expect(vi.getTimerCount()).toBe(0);
  });
});
