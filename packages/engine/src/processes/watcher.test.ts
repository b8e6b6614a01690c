import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MARKER, Markers } from "./marker.ts";
import { isRunning, sleeper, someOwner, until } from "./processes.fixture.ts";
import { Watcher } from "./watcher.ts";

const SCRIPT = `
  import { spawn } from "node:child_process";
  import { Watcher } from ${JSON.stringify(fileURLToPath(new URL("watcher.ts", import.meta.url)))};
  const watcher = new Watcher(process.argv[1], () => {});
  watcher.start();
  const leader = spawn("sleep", ["1000"], { detached: true, stdio: "ignore", env: {} });
  watcher.watch(leader);
  console.log(watcher.pid + " " + leader.pid);
  setInterval(() => {}, 1000);
`;

/** A gateway that does nothing but have itself watched, and a process without a marker. */
const watched = async (prefix: string) => {
  const args = ["--input-type=module", "-e", SCRIPT, prefix];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [watcher = 0, leader = 0] = await new Promise<number[]>((resolve) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().split(" ").map(Number)));
  });
  return { child, watcher, leader };
};

describe.skipIf(process.platform === "win32")("the watcher", () => {
  it("ends the processes of a gateway that was killed, and no others, and then itself", async () => {
    const markers = new Markers(someOwner());
    const own = sleeper({ [MARKER]: markers.next() });
    const others = [
      sleeper(),
      sleeper({ [MARKER]: new Markers(someOwner()).next() }),
      sleeper({ NOTE: `of ${markers.ofThisRun}` }),
      sleeper({ NOTE: `${MARKER}=${markers.next()}` }),
      sleeper({ NOTE: `\n${MARKER}=${markers.next()}` }),
    ];
    const { child, watcher, leader } = await watched(markers.ofThisRun);
    expect([own, leader].filter(isRunning)).toEqual([own, leader]);
    child.kill("SIGKILL");
    await until(() => ![own, leader].some(isRunning));
    await until(() => !isRunning(watcher));
    expect(others.filter(isRunning)).toEqual(others);
  });

  it("leaves everything alone where the gateway says that it has ended all", async () => {
    const markers = new Markers(someOwner());
    const own = sleeper({ [MARKER]: markers.next() });
    const watcher = new Watcher(markers.ofThisRun, () => {});
    watcher.start();
    const { pid = 0 } = watcher;
    expect(isRunning(pid)).toBe(true);
    watcher.close();
    await until(() => !isRunning(pid));
    expect(isRunning(own)).toBe(true);
  });

  it("is there again where somebody ended it, until it is closed", async () => {
    const gone: string[] = [];
    const watcher = new Watcher("a.b.", (reason) => void gone.push(reason));
    watcher.start();
    const first = watcher.pid ?? 0;
    process.kill(first, "SIGKILL");
    await until(() => watcher.pid !== undefined && watcher.pid !== first);
    expect(gone).toEqual(["ended with SIGKILL"]);
    watcher.close();
    await until(() => watcher.pid === undefined);
    watcher.start();
    expect(watcher.pid).toBeUndefined();
  });
});
