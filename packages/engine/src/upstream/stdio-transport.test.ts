import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { classify } from "../jsonrpc.ts";
import { MARKER } from "../processes/marker.ts";
import { isRunning, testProcesses } from "../processes/processes.fixture.ts";
import { listener, soon } from "./http.fixture.ts";
import { StdioTransport } from "./stdio-transport.ts";

const processes = testProcesses();

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stdio-transport-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that runs this script. */
const running = (script: string, env: Record<string, string> = {}): StdioTransport =>
  new StdioTransport({
    server: { id: "one", name: "one" },
    launch: {
      transport: "stdio",
      command: execPath,
      args: ["-e", script],
      cwd: folder,
      env,
      pathName: "PATH",
    },
    maxMessageBytes: 10_000,
    processes,
  });

describe("a request to a process", () => {
  it("is cancelled by a notification, unless it is the opening one", async () => {
    const transport = running("process.stdin.pipe(process.stdout)");
    const told = listener();
    await transport.open(told);
    transport.cancel(1, "too slow", true);
    transport.cancel(2, "not wanted", false);
    await soon(() =>
      expect(told.messages).toEqual([
        [
          {
            jsonrpc: "2.0",
            method: "notifications/cancelled",
            params: { requestId: 2, reason: "not wanted" },
          },
          undefined,
        ],
      ]),
    );
    await transport.close();
    expect(told.closed).toHaveLength(1);
    transport.cancel(3, "late", false);
    expect(told.messages).toHaveLength(1);
  });
});

describe("a process", () => {
  it("is marked as ours, whatever its own environment says", async () => {
    const tell = `console.log(JSON.stringify([process.env.${MARKER}]))`;
    const transport = running(`${tell}; process.stdin.resume()`, { [MARKER]: "mine" });
    const told = listener();
    await transport.open(told);
    await soon(() => expect(told.messages).toHaveLength(1));
    expect(JSON.stringify(told.messages[0])).toMatch(/"[0-9a-f]{16}\.[0-9a-f]{16}\.\d+"/);
    await transport.close();
  });

  it("that was stopped leaves nothing that goes on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const transport = running("process.stdin.pipe(process.stdout)");
      await transport.open(listener());
      await transport.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("that closes its output and goes on has failed, and ends", async () => {
    const transport = running("require('fs').closeSync(1); setInterval(() => {}, 1000)");
    const told = listener();
    await transport.open(told);
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]?.message).toBe("one closed its output.");
    const { pid = 0 } = transport;
    await soon(() => expect(isRunning(pid)).toBe(false));
  });

  it.each([
    ["says whose answer it is", '{"id":7,"result":"', 7],
    ["does not, so that it may have been anybody's", '{"result":"', null],
  ])("that sends too big a message, which %s, loses no other", async (_, begin, id) => {
    const line = JSON.stringify(`${begin}${"x".repeat(20_000)}"}`);
    const transport = running(
      `console.log(${line}); console.log('{"after":1}'); process.stdin.resume()`,
    );
    const told = listener();
    await transport.open(told);
    await soon(() => expect(told.messages).toEqual([[{ after: 1 }, undefined]]));
    expect(told.failures).toEqual([[id, expect.objectContaining({ code: "message_too_big" })]]);
    expect(told.closed).toEqual([]);
    await transport.close();
  });

  it("that is given more than the system allows is told of, and not tried again", async () => {
    const transport = running("", { LONG: "x".repeat(3 * 1024 * 1024) });
    await expect(transport.open(listener())).rejects.toMatchObject({
      message: expect.stringContaining("E2BIG"),
      retry: "never",
    });
    await transport.close();
  });
});

describe("what a process writes", () => {
  it("is counted and told where it is no message", async () => {
    const lines = ["Welcome!", "[]", '{"jsonrpc":"1.0"}', "=".repeat(20_000), "x".repeat(500)];
    const good = '{"jsonrpc":"2.0","method":"m"}';
    const transport = running(
      `console.log(${JSON.stringify([...lines, good].join("\n"))}); process.stdin.resume()`,
    );
    const told = listener();
    const received: unknown[] = [];
    await transport.open({
      ...told,
      onMessage: (value) => {
        received.push(value);
        return classify(value).kind === "malformed" ? "malformed" : "other";
      },
    });
    await soon(() => expect(received).toContainEqual(JSON.parse(good)));
    expect(transport.garbage()).toEqual({ lines: 5, last: "x".repeat(200) });
    expect(transport.output()[0]).toBe("stdout: Welcome!");
    expect(transport.output()).toContain("stdout: a line of 19.5 KB");
    // A line over the limit that answers nothing fails nothing.
    expect(told.failures).toEqual([]);
    await transport.close();
  });
});
