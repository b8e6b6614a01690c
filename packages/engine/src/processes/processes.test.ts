import { describe, expect, it } from "vitest";
import { MARKER, Markers } from "./marker.ts";
import { isRunning, shell, sleeper, someOwner, until } from "./processes.fixture.ts";
import { Processes } from "./processes.ts";

const TIMES = { afterEof: 100, afterTerm: 200, afterKill: 10_000 };

function setUp(owner = someOwner()) {
  const logged: [string, unknown][] = [];
  const log = {
    info: () => {},
    warn: (text: string, facts?: object) => void logged.push([text, facts]),
    error: (text: string, facts?: object) => void logged.push([text, facts]),
  };
  const processes = new Processes({ owner, log, times: TIMES });
  const start = (name: string, script: string) => {
    const marker = processes.prepare();
    const { child, told } = shell(script, marker);
    return { told, family: processes.adopt(child, { id: `id-${name}`, name }, marker) };
  };
  return { processes, start, logged };
}

describe.skipIf(process.platform === "win32")("the processes of the gateway", () => {
  it("are counted by server, and measured while they run", async () => {
    const { processes, start } = setUp();
    const one = start("one", "sleep 1000 & echo $!; exec cat");
    const other = start("one", "echo $$; exec cat");
    const third = start("third", "echo $$; while :; do :; done");
    await until(() => [one, other, third].every(({ told }) => told.length === 1));
    await until(async () => (await processes.usage()).get("id-one")?.processes === 3);
    const usage = await processes.usage();
    expect([...usage.keys()].toSorted()).toEqual(["id-one", "id-third"]);
    expect(usage.get("id-one")?.memoryBytes).toBeGreaterThan(100_000);
    await until(async () => ((await processes.usage()).get("id-third")?.cpuPercent ?? 0) > 0);
    await Promise.all([one, other, third].map(({ family }) => family.stop()));
    expect(await processes.usage()).toEqual(new Map());
    processes.close();
  });

  it("are told of when they have ended, with those that had to be killed", async () => {
    const { processes, start } = setUp();
    const before = start("before", "echo $$; cat");
    await before.family.stop();
    const all = [
      start("good", "echo $$; exec cat"),
      start("good", "echo $$; exec cat"),
      start("bad", "trap '' TERM; echo $$; while :; do sleep 1; done"),
    ];
    await until(() => all.every(({ told }) => told.length === 1));
    const ended = processes.countEnded();
    await Promise.all(all.map(({ family }) => family.stop()));
    const { processes: count, ...rest } = ended();
    expect(rest).toEqual({ servers: 2, forced: ["bad"], left: [] });
    // The one that sleeps between its looks may be caught with a sleep or without.
    expect([3, 4]).toContain(count);
    processes.close();
  });

  it("of an earlier run are ended before anything starts, and nobody else's", async () => {
    const owner = someOwner();
    const earlier = new Markers(owner).next();
    const left = [
      shell(
        "trap '' TERM; echo $$; setsid sleep 1000 & echo $!; while :; do sleep 1; done",
        earlier,
      ),
      shell("echo $$; exec sleep 1000", earlier),
    ];
    const bystanders = [
      sleeper(),
      sleeper({ [MARKER]: new Markers(someOwner()).next() }),
      sleeper({ TEXT: `${MARKER}=${earlier}` }),
    ];
    await until(() => left.flatMap(({ told }) => told).length === 3);
    const { processes, logged, start } = setUp(owner);
    const own = start("own", "echo $$; cat");
    await until(() => own.told.length === 1);
    await processes.endLeftovers();
    expect(left.flatMap(({ told }) => told).filter(isRunning)).toEqual([]);
    expect(bystanders.filter(isRunning)).toEqual(bystanders);
    expect(own.told.filter(isRunning)).toEqual(own.told);
    expect(logged).toEqual([
      ["ended what an earlier run had left", expect.objectContaining({ left: 0 })],
    ]);
    await own.family.stop();
    processes.close();
  });

  it("of an earlier run are ended with what has thrown the marker away, though it outlives them", async () => {
    const owner = someOwner();
    const left = shell(
      `env -i PATH="$PATH" sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' & echo $$; wait`,
      new Markers(owner).next(),
    );
    await until(() => left.told.length === 2);
    const { processes } = setUp(owner);
    await processes.endLeftovers();
    expect(left.told.filter(isRunning)).toEqual([]);
    processes.close();
  });

  it("of a later run are spared by one that still ends leftovers", async () => {
    const owner = someOwner();
    const left = shell(
      "trap '' TERM; echo $$; while :; do sleep 1; done",
      new Markers(owner).next(),
    );
    await until(() => left.told.length === 1);
    const { processes } = setUp(owner);
    const ending = processes.endLeftovers();
    const later = shell("echo $$; exec sleep 1000", new Markers(owner).next());
    await ending;
    expect(left.told.filter(isRunning)).toEqual([]);
    expect(later.told.filter(isRunning)).toEqual(later.told);
    expect(later.told).toHaveLength(1);
    processes.close();
  });
});
