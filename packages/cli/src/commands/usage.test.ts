import { serverUsageRow } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { FIXTURE, Place } from "../test-kit.ts";
import { usageText } from "./usage.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

test("what a server takes is one line, and nothing is said of a CPU that was not measured", () => {
  const usage = { processes: 3, memoryBytes: 142 * 1024 ** 2, cpuMs: 20 };
  expect(usageText({ ...usage, cpuPercent: 0.8 })).toBe("3 · 142 MB · 1 % of a core");
  expect(usageText({ ...usage, cpuPercent: null })).toBe("3 · 142 MB");
});

describe("servers usage", { timeout: 60_000 }, () => {
  test("needs a gateway that runs", async () => {
    expect(await place.run(["servers", "usage"])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("No Local MCP Gateway"),
    });
  });

  test("has the servers with processes, largest first", async () => {
    const large = place.write(
      "large.mjs",
      `globalThis.kept = Buffer.alloc(96 * 1024 ** 2, 1); await import(${JSON.stringify(FIXTURE[1])});`,
    );
    await place.run(["servers", "add", "web", "--url", "http://127.0.0.1:9/"]);
    await place.run(["servers", "add", "small", "--", ...FIXTURE]);
    await place.run(["servers", "add", "large", "--", FIXTURE[0] ?? "", large]);
    const gateway = await place.serve();
    for (const name of ["small", "large"]) {
      expect(await place.json(["servers", "test", name])).toMatchObject({ ok: true });
    }

    const rows = z.array(serverUsageRow).parse(await place.json(["servers", "usage"]));
    expect(rows).toMatchObject([
      { name: "large", usage: { processes: 1, cpuPercent: expect.any(Number) } },
      { name: "small", usage: { processes: 1, cpuPercent: expect.any(Number) } },
    ]);
    const [largest, least] = rows.map(({ usage }) => usage.memoryBytes);
    expect((largest ?? 0) - (least ?? 0)).toBeGreaterThan(48 * 1024 ** 2);

    const table = await place.run(["servers", "usage", "small"]);
    expect(table.out).toMatch(
      /^SERVER +PROCESSES +MEMORY +CPU +CPU TIME\nsmall +1 +\d+ MB +\d+ % +[\d.]+ m?s\n$/,
    );
    expect((await place.run(["servers", "usage", "web"])).out).toBe(
      "“web” has no process on this computer.\n",
    );
    expect((await place.run(["servers", "usage", "none"])).exit).toBe(1);
    const shown = await place.run(["servers", "show", "small"]);
    expect(shown.out).toMatch(/^Processes +1 · \d+ MB · \d+ % of a core$/m);

    const { err } = await gateway.stop();
    expect(err).toMatch(/^Stopped\. Ended 2 servers \(2 processes\)\.$/m);
    expect((await place.run(["servers", "show", "small"])).out).not.toMatch(/^Processes/m);
  });
});
