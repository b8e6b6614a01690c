import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Markers } from "./marker.ts";
import { isRunning, shell, someOwner, until } from "./processes.fixture.ts";
import { processSystem } from "./process-system.ts";
import { type Ended, ServerProcesses } from "./server-processes.ts";

const IMPATIENT = { afterEof: 100, afterTerm: 200, afterKill: 10_000 };
const STUBBORN = "trap '' TERM HUP INT";

const urlOf = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
/** Signals reach nothing, as where it has become another user's; it is in no group of its own. */
const UNENDING = `
  import { spawn } from "node:child_process";
  import { processSystem } from ${urlOf("process-system.ts")};
  import { ServerProcesses } from ${urlOf("server-processes.ts")};
  const child = spawn("sleep", ["1000"], { stdio: "pipe" });
  const family = new ServerProcesses(child, {
    marker: "unseen",
    system: { ...processSystem(), signal: async () => {} },
    times: { afterEof: 20, afterTerm: 20, afterKill: 20 },
    onEnded: ({ left }) => console.log(child.pid + " " + left),
  });
  await family.stop();
`;

const start = (script: string, times = IMPATIENT) => {
  const marker = new Markers(someOwner()).next();
  const { child, told } = shell(script, marker);
  const endings: Ended[] = [];
  const onEnded = (ended: Ended): void => void endings.push(ended);
  const system = processSystem();
  return {
    told,
    child,
    system,
    endings,
    family: new ServerProcesses(child, { marker, system, times, onEnded }),
  };
};

describe.skipIf(process.platform === "win32")("the processes of a server end", () => {
  it("by the end of their input, and are not signalled then", async () => {
    const { family, told } = start(
      "trap 'echo 1' TERM; echo $$; while read -r line; do :; done; exit 0",
      { ...IMPATIENT, afterEof: 20_000 },
    );
    await until(() => told.length === 1);
    expect(await family.stop()).toEqual({ processes: 1, forced: false, left: 0 });
    expect(told).toHaveLength(1);
  });

  it.each([
    ["that ignores all but SIGKILL", `${STUBBORN}; echo $$; while :; do sleep 1; done`, 1],
    [
      "with a tree of four that ignore it too",
      `${STUBBORN}; echo $$; sh -c 'echo $$; sh -c "echo \\$\\$; sleep 1000 & echo \\$!; wait" & wait' & while :; do sleep 1; done`,
      4,
    ],
    [
      "that has left its group",
      `echo $$; setsid sh -c '${STUBBORN.replaceAll("'", '"')}; echo $$; while :; do sleep 1; done' & wait`,
      2,
    ],
    [
      "whose parents are gone",
      "(setsid sh -c 'echo $$; sleep 1000' &) ; echo $$; while read -r line; do :; done",
      2,
    ],
    [
      "that starts others while it ends",
      "trap 'for i in 1 2 3 4 5; do setsid sleep 1000 & echo $!; done; exit 0' TERM; echo $$; while :; do sleep 0.05; done",
      1,
    ],
  ])("of one %s", async (_, script, count) => {
    const { family, told } = start(script);
    await until(() => told.length >= count);
    const { left } = await family.stop();
    expect(left).toBe(0);
    expect(told.filter(isRunning)).toEqual([]);
  });

  it("although they have thrown the marker away, where they were seen with their parent", async () => {
    const { family, told, system } = start(
      "env -i setsid sh -c 'echo $$; exec sleep 1000' & echo $$; while read -r line; do :; done",
    );
    await until(() => told.length === 2);
    family.membersOf(await system.read());
    await family.stop();
    expect(told.filter(isRunning)).toEqual([]);
  });

  it("when the one that was started has ended by itself", async () => {
    const { family, told, child } = start(
      "sleep 1000 & echo $!; setsid sleep 1000 & echo $!; exit 3",
    );
    await new Promise((resolve) => child.once("exit", resolve));
    await until(() => told.length === 2);
    await family.stop();
    expect(told.filter(isRunning)).toEqual([]);
  });

  it("once, however often they are told to", async () => {
    const { family, endings } = start("cat");
    const [one, other] = await Promise.all([family.stop(), family.stop()]);
    expect(one).toBe(other);
    expect(endings).toEqual([one]);
  });

  it("and nothing of ours holds on to what they may have left open", async () => {
    const { family, child } = start("cat");
    await family.stop();
    await sleep(0);
    expect(child.stdio.map((stream) => stream?.destroyed)).toEqual([true, true, true]);
  });

  it("although the system cannot be asked", async () => {
    const { told, child } = start("sleep 1000 & echo $!; echo $$; while :; do sleep 1; done");
    await until(() => told.length === 2);
    const { signal } = processSystem();
    const read = (): Promise<never> => Promise.reject(new Error("no such program"));
    const family = new ServerProcesses(child, {
      marker: "unseen",
      system: { read, signal },
      times: IMPATIENT,
      onEnded: () => {},
    });
    await family.stop();
    expect(told.filter(isRunning)).toEqual([]);
  });

  it("although neither files nor processes can be opened any more", async () => {
    const { told, child, system } = start("setsid sleep 1000 & echo $!; exec sleep 1000");
    await until(() => told.length === 1);
    const refused = (): never => {
      throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
    };
    let isFull = false;
    const family = new ServerProcesses(child, {
      marker: "unseen",
      system: {
        read: async () => (isFull ? refused() : system.read()),
        signal: async (members, signal) => (isFull ? undefined : system.signal(members, signal)),
      },
      times: { ...IMPATIENT, afterKill: 200 },
      onEnded: () => {},
    });
    await until(async () => {
      const groups = family.membersOf(await system.read()).map(({ group }) => group);
      return new Set(groups).size === 2;
    });
    isFull = true;
    expect(await family.stop()).toEqual({ processes: 2, forced: true, left: 1 });
    expect(told.filter(isRunning)).toEqual(told);
  });

  it("and what cannot be ended does not keep us here", () => {
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", UNENDING],
      {
        encoding: "utf8",
        timeout: 20_000,
      },
    );
    const [pid = 0, left] = stdout.trim().split(" ").map(Number);
    process.kill(pid, "SIGKILL");
    expect(left).toBe(1);
    expect(status).toBe(0);
  });
});
