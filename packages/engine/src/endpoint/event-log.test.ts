import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventLog, type LoggedStream } from "./event-log.ts";
import { EventStream } from "./event-stream.ts";
import { UnreadResponse } from "./response.fixture.ts";

const MIB = 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A response that reads a stream from an event on. */
function reading(stream: LoggedStream, after = 0): UnreadResponse {
  const response = new UnreadResponse();
  stream.attach(new EventStream(response, {}), after);
  return response;
}

describe("a logged stream", () => {
  it("goes on after any event that it has carried", () => {
    const log = new EventLog();
    const stream = log.open();
    const first = reading(stream);
    stream.prime(500);
    for (const number of [1, 2, 3]) stream.send(`${number}`);
    expect(first.text).toContain("retry: 500\n");
    expect(first.messages).toEqual([1, 2, 3]);
    const [primed = "", one = ""] = first.ids;
    expect(log.find(primed)).toEqual({ stream, sequence: 0 });
    expect(log.find(one)).toEqual({ stream, sequence: 1 });
    expect(reading(stream, 1).messages).toEqual([2, 3]);
    expect(reading(stream, 3).messages).toEqual([]);
  });

  it("has one reader: the one who comes back ends what is left of the old one", () => {
    const stream = new EventLog().open();
    const old = reading(stream);
    const fresh = reading(stream);
    stream.send("1");
    expect([old.writableEnded, old.messages]).toEqual([true, []]);
    expect([fresh.writableEnded, fresh.messages]).toEqual([false, [1]]);
    stream.end();
    expect(fresh.writableEnded).toBe(true);
  });

  it("keeps what comes while nobody reads, and gives it to who comes back after its end", () => {
    const stream = new EventLog().open();
    const left = reading(stream);
    stream.pause();
    expect([left.writableEnded, stream.open]).toEqual([true, false]);
    stream.send("1");
    stream.end();
    const back = reading(stream);
    expect([back.messages, back.writableEnded]).toEqual([[1], true]);
  });

  it("is known to its own log by its own ids only", () => {
    const [log, other] = [new EventLog(), new EventLog()];
    const stream = log.open();
    const { ids } = ((response) => (stream.send("1"), response))(reading(stream));
    expect(other.find(ids[0] ?? "")).toBeNull();
    for (const id of ["", "x", "-1", `${stream.id}-`, `${stream.id}-1e3`, `${stream.id}-1-1`]) {
      expect(log.find(id)).toBeNull();
    }
    log.forget(stream);
    expect(log.find(ids[0] ?? "")).toBeNull();
  });
});

describe("what a log keeps", () => {
  it("is bounded by its size, over all streams, the newest event excepted", () => {
    const log = new EventLog();
    const [one, two] = [log.open(), log.open()];
    one.send('"old"');
    two.send(`"${"x".repeat(MIB)}"`);
    expect(log.after(one, 0)).toEqual([]);
    expect(log.after(two, 0)).toHaveLength(1);
    two.send('"new"');
    expect(log.after(two, 0).map(({ data }) => data)).toEqual(['"new"']);
  });

  it("is bounded by its age", () => {
    const log = new EventLog();
    const stream = log.open();
    stream.send("1");
    vi.advanceTimersByTime(4 * 60_000);
    stream.send("2");
    log.sweep(Date.now());
    expect(log.after(stream, 0)).toHaveLength(2);
    vi.advanceTimersByTime(2 * 60_000);
    log.sweep(Date.now());
    expect(log.after(stream, 0).map(({ data }) => data)).toEqual(["2"]);
    stream.end();
    vi.advanceTimersByTime(5 * 60_000);
    log.sweep(Date.now());
    expect(log.find(`${stream.id}-2`)).toBeNull();
  });
});
