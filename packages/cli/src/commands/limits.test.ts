import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const ALL = "--timeout 60 --start-timeout 5 --max-concurrent-calls 2 --idle-stop 600".split(" ");

describe("limits of a server", { timeout: 30_000 }, () => {
  test("are stored and shown", async () => {
    await place.run(["servers", "add", "one", ...ALL, "--", "node"]);
    expect(await place.json(["servers", "show", "one"])).toMatchObject({
      limits: {
        callTimeoutMs: 60_000,
        startTimeoutMs: 5000,
        maxConcurrentCalls: 2,
        idleStopMs: 600_000,
      },
    });
    const { out } = await place.run(["servers", "show", "one"]);
    expect(out).toMatch(/^Calls at once +2$/m);
    expect(out).toMatch(/^Ends when idle +after 10 min without a call$/m);
  });

  test("are changed one by one, and go back to the setting", async () => {
    const limits = async (...words: string[]): Promise<unknown> => {
      expect(await place.run(["servers", "edit", "one", ...words])).toMatchObject({ exit: 0 });
      return place.json(["servers", "show", "one"]);
    };
    await place.run(["servers", "add", "one", ...ALL, "--", "node"]);
    expect(await limits("--idle-stop", "never", "--unset-limit", "timeout")).toMatchObject({
      limits: { startTimeoutMs: 5000, maxConcurrentCalls: 2, idleStopMs: 0 },
    });
    expect((await place.run(["servers", "show", "one"])).out).toMatch(/^Ends when idle +never$/m);
    const back = ["start-timeout", "max-concurrent-calls", "idle-stop"];
    const words = back.flatMap((name) => ["--unset-limit", name]);
    expect(await limits(...words)).toMatchObject({
      limits: expect.toSatisfy((rest: object) => Object.keys(rest).length === 0),
    });
  });

  test.each([
    [["--max-concurrent-calls", "0"], "takes a whole number from 1 to 10000, not “0”."],
    [["--idle-stop", "9"], "takes seconds from 10 to 604800, or never, not “9”."],
    [["--idle-stop", "soon"], "or never, not “soon”."],
    [["--unset-limit", "idle"], "--unset-limit takes timeout, start-timeout,"],
  ])("%j is refused", async (words, sentence) => {
    await place.run(["servers", "add", "one", "--", "node"]);
    expect(await place.run(["servers", "edit", "one", ...words])).toMatchObject({
      exit: 2,
      err: expect.stringContaining(sentence),
    });
  });

  test("a server with an address cannot end when it is idle, since it is not started here", async () => {
    const words = ["--url", "http://127.0.0.1:9/", "--idle-stop", "60"];
    expect(await place.run(["servers", "add", "web", ...words])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("--idle-stop is for a server that is a command."),
    });
    await place.run(["servers", "add", "web", ...words.slice(0, 2)]);
    expect(await place.run(["servers", "edit", "web", ...words.slice(2)])).toMatchObject({
      exit: 3,
      err: expect.stringContaining("“web” is reached by URL; there is no process"),
    });
    expect(await place.run(["servers", "edit", "web", "--timeout", "5"])).toMatchObject({
      exit: 0,
    });
  });
});
