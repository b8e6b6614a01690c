import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, describe, expect, it } from "vitest";
import { Endpoint } from "./endpoint.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** An endpoint over a server that refuses to be opened twice, as Node's does. */
function setUp(failure: { next: GatewayError | null } = { next: null }, onOpened = () => {}) {
  const server = createServer();
  const wanted = { host: "127.0.0.1", port: 0 };
  const told: string[] = [];
  const endpoint = new Endpoint({
    http: {
      listen: async (host, port) => {
        if (failure.next) throw failure.next;
        server.listen(port, host);
        await once(server, "listening");
        return `http://${host}:${portOf(server)}`;
      },
      close: async () => {
        server.close();
        await once(server, "close");
      },
    },
    wanted: () => wanted,
    onOpened: (url) => {
      onOpened();
      told.push(`opened ${url}`);
    },
    onClosed: () => void told.push("closed"),
  });
  closing.push(() => endpoint.close());
  return { endpoint, server, wanted, told };
}

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

describe("where the gateway is reached", () => {
  it("is opened once, however many ask", async () => {
    const { endpoint, told } = setUp();
    const urls = await Promise.all([endpoint.open(), endpoint.open(), endpoint.open()]);
    expect(new Set(urls)).toEqual(new Set([endpoint.url]));
    expect(told).toEqual([`opened ${endpoint.url}`]);
  });

  it("moves once where it is wanted elsewhere, however many ask", async () => {
    const { endpoint, wanted, server, told } = setUp();
    const before = await endpoint.open();
    wanted.host = "localhost";
    await Promise.all([endpoint.open(), endpoint.open()]);
    expect(endpoint.url).toBe(`http://localhost:${portOf(server)}`);
    expect(endpoint.problem).toBeNull();
    expect(told).toEqual([`opened ${before}`, "closed", `opened ${endpoint.url}`]);
  });

  it("is nowhere, with the reason, where it cannot be; and can be mended", async () => {
    const failure: { next: GatewayError | null } = {
      next: new GatewayError("address_refused", { host: "h", port: 1, reason: "EACCES" }),
    };
    const { endpoint } = setUp(failure);
    await expect(endpoint.open()).rejects.toThrow("EACCES");
    expect([endpoint.url, endpoint.problem?.code]).toEqual([null, "address_refused"]);
    failure.next = null;
    await endpoint.open();
    expect([endpoint.url === null, endpoint.problem]).toEqual([false, null]);
  });

  it("is left where nobody could be told of it", async () => {
    const full = new Error("the disk is full");
    const { endpoint, server } = setUp({ next: null }, () => {
      throw full;
    });
    await expect(endpoint.open()).rejects.toBe(full);
    expect([server.listening, endpoint.url]).toEqual([false, null]);
  });

  it("stays closed, also where it was being opened or moved", async () => {
    const { endpoint, server, told } = setUp();
    const opening = endpoint.open();
    await endpoint.close();
    await expect(opening).rejects.toMatchObject({ code: "shutting_down" });
    await expect(endpoint.open()).rejects.toMatchObject({ code: "shutting_down" });
    expect([server.listening, endpoint.url, told]).toEqual([false, null, []]);
  });

  it("tells that it is closed before it is, so that nobody comes any more", async () => {
    const { endpoint, told } = setUp();
    const url = await endpoint.open();
    await endpoint.close();
    expect(told).toEqual([`opened ${url}`, "closed"]);
  });
});
