/** What the gateway does once it notices that the machine slept, or is in another network. */
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { FAULTS } from "../fixtures/http-plumbing.ts";
import { startHttpServer } from "../fixtures/http-server.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { fixture, serve, until } from "./test-gateway.ts";

const networkInterfaces = vi.spyOn(os, "networkInterfaces");
syncBuiltinESMExports();
afterAll(() => {
  networkInterfaces.mockRestore();
  syncBuiltinESMExports();
});

const SLEEP_MS = 60_000;

/** The clock goes on; of timers nobody knows. */
function sleep(): void {
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + SLEEP_MS);
  afterTest(() => clock.mockRestore());
}

function enterNetwork(address: string): void {
  networkInterfaces.mockReturnValue({
    wlan0: [
      {
        address,
        cidr: `${address}/24`,
        netmask: "255.255.255.0",
        family: "IPv4",
        mac: "00:00:00:00:00:00",
        internal: false,
      },
    ],
  });
}

/** A gateway that serves a remote server, which is up, and one that is a process. */
async function serveRemote() {
  const remote = await startHttpServer({ fixture: { tools: ["echo"] } });
  afterTest(() => remote.close());
  const served = await serve({
    remote: { transport: "http", url: remote.url },
    local: fixture("--tool-prefix", "local_"),
  });
  const { api, log } = served;
  const status = async () => (await api.servers.get({ server: "remote" })).status;
  const isIn = (wanted: string) => until(status, ({ state }) => state === wanted);
  for (const server of ["remote", "local"])
    await until(
      () => api.servers.get({ server }),
      (one) => one.status.state === "ready",
    );
  const told = () => log.filter((line) => line.includes("servers are asked again"));
  return { ...served, remote, isIn, told };
}

beforeEach(() => {
  enterNetwork("192.0.2.7");
  afterTest(() => networkInterfaces.mockReset());
});

describe("a server that was ready and is not there any more", () => {
  it("is not called ready after a sleep, and is up again as soon as it answers", async () => {
    const { remote, isIn, told, api } = await serveRemote();
    remote.setFault(() => FAULTS.hang);
    sleep();
    const { reason } = await isIn("retrying");
    expect(reason).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("woke up"),
    });
    expect((await api.servers.get({ server: "local" })).status.state).toBe("ready");
    remote.setFault(undefined);
    await isIn("ready");
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('"reason":"resume"');
  });
});

describe("a server that could not be reached from the last network", () => {
  it("is tried at once in another one, and not before", async () => {
    const { remote, isIn, told, api, gateway } = await serveRemote();
    remote.setFault(() => FAULTS.notFound);
    await api.servers.restart({ server: "remote" });
    await isIn("failed");
    remote.setFault(undefined);
    expect(told()).toEqual([]);
    enterNetwork("198.51.100.7");
    await isIn("ready");
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('"reason":"network"');
    // What the system tells comes the same way, and twice is once.
    gateway.recheck("resume");
    gateway.recheck("resume");
    expect(told()).toHaveLength(2);
  });
});
