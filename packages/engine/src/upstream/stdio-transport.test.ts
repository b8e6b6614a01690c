import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testProcesses } from "../processes/processes.fixture.ts";
import { listener, soon } from "./http.fixture.ts";
import { StdioTransport } from "./stdio-transport.ts";

const processes = testProcesses();

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stdio-transport-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that sends back each line it is sent. */
const echo = (): StdioTransport =>
  new StdioTransport({
    server: { id: "one", name: "one" },
    launch: {
      transport: "stdio",
      command: execPath,
      args: ["-e", "process.stdin.pipe(process.stdout)"],
      cwd: folder,
      env: {},
      pathName: "PATH",
    },
    maxMessageBytes: 10_000,
    processes,
  });

describe("a request to a process", () => {
  it("is cancelled by a notification, unless it is the opening one", async () => {
    const transport = echo();
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
