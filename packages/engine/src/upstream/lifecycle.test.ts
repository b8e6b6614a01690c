import { GatewayError, type Transport } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { networkFailure, UpstreamFailure } from "./failure.ts";
import { refusalFailure } from "./http-refusal.ts";
import { exited, scripted, type Start } from "./scripted.fixture.ts";
import { callOf, failed } from "./test-kit.ts";
import type { Observation } from "./upstream.ts";

beforeEach(() => {
  vi.useFakeTimers();
  // No jitter, so that delays can be told.
  vi.spyOn(Math, "random").mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const url = new URL("https://example.com/mcp");
const system = (code: string) => Object.assign(new Error(code), { code });
const network = (code: string): Start => ({ fails: networkFailure(url.host, system(code)) });
const status = (code: number): Start => ({
  fails: refusalFailure({ url, status: code, location: undefined, text: "" }),
});
const command = (message: string): Start => ({
  fails: new UpstreamFailure("command_not_found", message, { retry: "never" }),
});
const signIn: Start = {
  fails: new UpstreamFailure("sign_in", "example.com wants credentials.", { retry: "never" }),
};

interface Row {
  what: string;
  transport?: Transport;
  starts: Start[];
  /** What launching it throws. */
  launch?: GatewayError;
  forMs: number;
  /** What is seen, with the ms since the start. */
  seen: string[];
}

const MINUTE_MS = 60_000;

const ROWS: Row[] = [
  {
    what: "a process that works",
    starts: ["works"],
    forMs: 10 * MINUTE_MS,
    seen: ["0 starting", "0 ready"],
  },
  {
    what: "a process that ends at once is tried five times, ever later, and left stopped",
    starts: ["ends"],
    forMs: 60 * MINUTE_MS,
    seen: [
      "0 starting",
      "0 retrying in 250, try 2 of 5",
      "250 starting",
      "250 retrying in 500, try 3 of 5",
      "750 starting",
      "750 retrying in 1000, try 4 of 5",
      "1750 starting",
      "1750 retrying in 2000, try 5 of 5",
      "3750 starting",
      "3750 failed: crash_loop",
    ],
  },
  {
    what: "a process that ends when it was up for 59 s has not recovered",
    starts: ["ends", { works: 59_000 }, "works"],
    forMs: 2 * MINUTE_MS,
    seen: [
      "0 starting",
      "0 retrying in 250, try 2 of 5",
      "250 starting",
      "250 ready",
      "59250 retrying in 500, try 3 of 5",
      "59750 starting",
      "59750 ready",
    ],
  },
  {
    what: "a process that ends when it was up for 61 s starts anew with a clean record",
    starts: ["ends", { works: 61_000 }, "works"],
    forMs: 2 * MINUTE_MS,
    seen: [
      "0 starting",
      "0 retrying in 250, try 2 of 5",
      "250 starting",
      "250 ready",
      "61250 retrying in 250, try 2 of 5",
      "61500 starting",
      "61500 ready",
    ],
  },
  {
    what: "a process that ends once an hour is started for ever",
    starts: [{ works: 60 * MINUTE_MS }],
    forMs: 6 * 61 * MINUTE_MS,
    seen: [
      "0 starting",
      "0 ready",
      ...[0, 1, 2, 3, 4, 5].flatMap((nth) => {
        const at = (nth + 1) * 60 * MINUTE_MS + nth * 250;
        return [`${at} retrying in 250, try 2 of 5`, `${at + 250} starting`, `${at + 250} ready`];
      }),
    ],
  },
  {
    what: "a process that keeps silent is tried again after its time to start",
    starts: ["silent", "works"],
    forMs: MINUTE_MS,
    seen: [
      "0 starting",
      "20000 retrying in 250, try 2 of 5",
      // The era is asked anew, since silence may be how it meets the one it does not speak.
      "20250 starting",
      "20250 ready",
    ],
  },
  {
    what: "a command that is not there (ENOENT) is not tried again",
    starts: [command("“one” was not found.")],
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 failed: command_not_found"],
  },
  {
    what: "a command that may not be run (EACCES) is not tried again",
    starts: [command("“one” cannot be started: EACCES.")],
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 failed: command_not_found"],
  },
  {
    what: "a configuration without its secret is not tried again",
    starts: ["works"],
    launch: new GatewayError("secret_unset", { server: "one", name: "TOKEN" }),
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 failed: secret"],
  },
  {
    what: "a server whose secret is in a locked vault waits for it",
    starts: ["works"],
    launch: new GatewayError("vault_locked"),
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 locked: vault"],
  },
  {
    what: "a certificate that is not trusted is not tried again",
    transport: "http",
    starts: [network("SELF_SIGNED_CERT_IN_CHAIN")],
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 failed: tls"],
  },
  {
    what: "an address without an endpoint (404) is not tried again",
    transport: "http",
    starts: [status(404)],
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 failed: http_status"],
  },
  {
    what: "a server that wants credentials (401) waits for a sign-in",
    transport: "http",
    starts: [signIn],
    forMs: 60 * MINUTE_MS,
    seen: ["0 starting", "0 needs_sign_in: sign_in"],
  },
  ...["ENOTFOUND", "ECONNREFUSED"].map((code) => ({
    what: `a remote server that is not reached (${code}) is tried for ever, every half minute`,
    transport: "http" as const,
    starts: [network(code)],
    forMs: 150_000,
    seen: [
      "0 starting",
      "0 retrying in 250, try 2",
      ...[
        [250, 500],
        [750, 1000],
        [1750, 2000],
        [3750, 4000],
        [7750, 8000],
        [15_750, 16_000],
        [31_750, 30_000],
        [61_750, 30_000],
        [91_750, 30_000],
        [121_750, 30_000],
      ].flatMap(([at, delay], nth) => [
        `${at} starting`,
        `${at} retrying in ${delay}, try ${nth + 3}`,
      ]),
    ],
  })),
  {
    what: "a remote server that is out of order (503) is tried until it works",
    transport: "http",
    starts: [status(503), status(503), "works"],
    forMs: MINUTE_MS,
    seen: [
      "0 starting",
      "0 retrying in 250, try 2",
      "250 starting",
      "250 retrying in 500, try 3",
      "750 starting",
      "750 ready",
    ],
  },
];

/** In words, without what says the same as the line before. */
function told(seen: { at: number; observation: Observation }[], startedAt: number): string[] {
  const lines = seen.map(({ at, observation: { state, reason, retryAt, attempt } }) => {
    const since = `${at - startedAt} ${state}`;
    if (state === "retrying") {
      const of = attempt?.of == null ? "" : ` of ${attempt.of}`;
      return `${since} in ${(retryAt ?? 0) - at}, try ${attempt?.number}${of}`;
    }
    expect(attempt).toBeNull();
    expect(retryAt).toBeNull();
    return reason && state !== "starting" ? `${since}: ${reason.code}` : since;
  });
  return lines.filter((line, at) => line !== lines[at - 1]);
}

describe("restarts", () => {
  it.each(ROWS)("$what", async ({ transport, starts, launch, forMs, seen }) => {
    const one = scripted(
      starts,
      { transport: transport ?? "stdio" },
      launch && { launch: () => Promise.reject(launch) },
    );
    const startedAt = Date.now();
    one.upstream.bringUp();
    await vi.advanceTimersByTimeAsync(forMs);
    expect(told(one.seen, startedAt)).toEqual(seen);
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(one.transports.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it("are spread by a quarter at most", async () => {
    for (const [random, delayMs] of [
      [0, 188],
      [0.5, 219],
      [1, 250],
    ] as const) {
      vi.mocked(Math.random).mockReturnValue(random);
      const one = scripted(["ends"]);
      await one.up();
      const { retryAt } = one.upstream.observation;
      expect((retryAt ?? 0) - Date.now()).toBe(delayMs);
      await one.upstream.stop();
    }
  });

  it("that came to nothing say what happened last, and a person's start begins anew", async () => {
    const one = scripted(["ends", "ends", "ends", "ends", "ends", "works"]);
    await one.up();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(one.upstream.observation.reason).toEqual({
      code: "crash_loop",
      message:
        "one failed 5 times in 5 minutes and was left stopped. Last: one stopped: exit code 1.",
      detail: "the last line",
    });
    await one.upstream.restart();
    await one.settle();
    expect(one.upstream.observation).toMatchObject({ state: "ready", reason: null });
    one.newest().fail();
    expect(one.upstream.observation.attempt).toEqual({ number: 2, of: 5 });
    await one.upstream.stop();
  });
});

describe("calls at a server that ends", () => {
  it("are answered when it ends, once, and never sent again", async () => {
    const one = scripted(["works"]);
    await one.up();
    const calls = Array.from({ length: 20 }, () =>
      failed(one.upstream.call("tools/call", { name: "hold" }, callOf(null).call)),
    );
    await one.settle();
    expect(one.sent("tools/call")).toHaveLength(20);
    const endedAt = Date.now();
    one.newest().fail();
    for (const call of calls) {
      expect(await call).toMatchObject({ code: "server_stopped_during_call" });
    }
    expect(Date.now()).toBe(endedAt);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.transports).toHaveLength(2);
    expect(one.sent("tools/call")).toHaveLength(20);
    await one.upstream.stop();
  });

  it("that come while it is started again wait for it, and start it once", async () => {
    const one = scripted(["works"]);
    const answers = Array.from({ length: 20 }, () =>
      one.upstream.call("tools/call", { name: "a" }, callOf(null).call),
    );
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ era: "legacy", response: { result: {} } });
    }
    expect(one.transports).toHaveLength(1);
    await one.upstream.stop();
  });

  it("are only so many at a time, and the others follow when it is up again", async () => {
    const one = scripted(["works"], { maxConcurrentCalls: 2 });
    await one.up();
    const held = Array.from({ length: 2 }, () =>
      failed(one.upstream.call("tools/call", { name: "hold" }, callOf(null).call)),
    );
    const waiting = one.upstream.call("tools/call", { name: "a" }, callOf(null).call);
    await one.settle();
    expect(one.sent("tools/call")).toHaveLength(2);
    one.newest().fail();
    expect(await Promise.all(held)).toMatchObject([
      { code: "server_stopped_during_call" },
      { code: "server_stopped_during_call" },
    ]);
    // It is away for the moment, which is said at once.
    expect(await waiting).toBeNull();
    expect(one.sent("tools/call")).toHaveLength(2);
    await one.upstream.stop();
  });
});

describe("a server that is ended for good", () => {
  it("is not started by the calls that waited for their turn, nor by others", async () => {
    const one = scripted(["works"], { maxConcurrentCalls: 1 });
    await one.up();
    const held = failed(one.upstream.call("tools/call", { name: "hold" }, callOf(null).call));
    const waiting = one.upstream.call("tools/call", { name: "a" }, callOf(null).call);
    await one.settle();
    await one.upstream.stop();
    expect(await held).toMatchObject({ code: "server_stopped_during_call" });
    expect(await waiting).toBeNull();
    expect(await one.upstream.call("tools/call", { name: "a" }, callOf(null).call)).toBeNull();
    one.upstream.setSubscriptions(new Set(["r:1"]));
    one.upstream.recheck("resume");
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(one.transports).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a server that is asked again", () => {
  it("is tried at once where it waits, and is not given up sooner for it", async () => {
    const one = scripted(["ends"]);
    await one.up();
    for (let nth = 0; nth < 3; nth += 1) {
      one.upstream.recheck("resume");
      await one.settle();
    }
    expect(one.upstream.observation).toMatchObject({ state: "retrying", attempt: { number: 5 } });
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["dns", network("ENOTFOUND")],
    ["refused", network("ECONNREFUSED")],
    ["tls", network("SELF_SIGNED_CERT_IN_CHAIN")],
    ["404", status(404)],
    ["silence", "silent"],
  ] as [string, Start][])("is tried at once with a clean record: %s", async (_, failure) => {
    const one = scripted([failure], { transport: "http" });
    await one.up();
    await vi.advanceTimersByTimeAsync(20_100);
    one.become("works");
    one.upstream.recheck("network");
    one.upstream.recheck("network");
    await one.settle();
    expect(one.upstream.observation).toMatchObject({ state: "ready", attempt: null });
    one.newest().fail(exited());
    expect(one.upstream.observation.attempt).toEqual({ number: 2, of: null });
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["sign-in", signIn, "needs_sign_in", "http"],
    ["a command that is not there", command("“one” was not found."), "failed", "stdio"],
  ] as [string, Start, string, Transport][])(
    "is left alone: %s",
    async (_, start, state, transport) => {
      const one = scripted([start, "works"], { transport });
      await one.up();
      one.upstream.recheck("network");
      await vi.advanceTimersByTimeAsync(MINUTE_MS);
      expect(one.upstream.observation.state).toBe(state);
      expect(one.transports).toHaveLength(1);
      await one.upstream.stop();
    },
  );

  it("and was stopped, or never started, is not started for it", async () => {
    const one = scripted(["works"]);
    one.upstream.recheck("resume");
    await one.up();
    await one.upstream.stop();
    one.upstream.recheck("resume");
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(one.transports).toHaveLength(1);
    expect(one.upstream.observation.state).toBe("idle");
  });
});
