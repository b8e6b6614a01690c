import { once } from "node:events";
import { createServer as createHttpServer, get } from "node:http";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { Listening } from "./listening.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.end());
  server.listen({ host, port, ipv6Only: true });
  await once(server, "listening");
  return server;
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It does not listen.");
  return address.port;
}

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

function start(againMs?: number) {
  const over: boolean[] = [];
  const server = createHttpServer((request, response) => {
    response.end(`${request.socket.localAddress}`);
  });
  const listening = new Listening({
    server,
    onWarning: () => over.push(true),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    ...(againMs === undefined ? {} : { againMs }),
  });
  ends.push(() => listening.close());
  return { listening, over };
}

const ask = async (host: string, port: number): Promise<string> => {
  const [response] = await once(get({ host, port, agent: false }), "response");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
};

describe.skipIf(!hasIpv6)("127.0.0.1 and ::1", () => {
  it.each(["127.0.0.1", "localhost"])(
    "%s serves both, and both are free afterwards",
    async (host) => {
      const { listening } = start();
      const port = await listening.open(host, 0);
      expect(listening.warning).toBeNull();
      expect(await ask("127.0.0.1", port)).toBe("127.0.0.1");
      expect(await ask("::1", port)).toBe("::1");
      await expect(listen("::1", port)).rejects.toMatchObject({ code: "EADDRINUSE" });
      await listening.close();
      for (const address of ["127.0.0.1", "::1"]) await close(await listen(address, port));
      expect(await listening.open(host, port)).toBe(port);
      expect(await ask("::1", port)).toBe("::1");
    },
  );

  it("another address is served alone", async () => {
    const { listening } = start();
    const port = await listening.open("127.0.0.2", 0);
    expect(await ask("127.0.0.2", port)).toBe("127.0.0.2");
    await expect(ask("::1", port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("somebody else at ::1 is named, and served beside, until they leave", async () => {
    const squatter = await listen("::1", 0);
    const port = portOf(squatter);
    const { listening, over } = start(5);
    expect(await listening.open("127.0.0.1", port)).toBe(port);
    expect(await ask("127.0.0.1", port)).toBe("127.0.0.1");
    expect(listening.warning).toMatchObject({
      code: "localhost_taken",
      message: expect.stringContaining(`(pid ${process.pid})`),
      wayOut: expect.stringContaining(`http://127.0.0.1:${port}`),
    });
    await close(squatter);
    while (over.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(listening.warning).toBeNull();
    expect(await ask("::1", port)).toBe("::1");
    await listening.close();
    await close(await listen("::1", port));
  });

  it("whoever closes it while somebody else is at ::1 leaves nothing behind", async () => {
    const squatter = await listen("::1", 0);
    const port = portOf(squatter);
    const { listening, over } = start(1);
    await listening.open("127.0.0.1", port);
    await listening.close();
    await close(squatter);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(over).toEqual([]);
    expect(listening.warning).toBeNull();
    await close(await listen("::1", port));
  });
});

it("a port of ours that is taken is never left for another", async () => {
  const holder = await listen("127.0.0.1", 0);
  ends.push(() => close(holder));
  const { listening } = start();
  await expect(listening.open("127.0.0.1", portOf(holder))).rejects.toMatchObject({
    code: "port_taken",
    message: expect.stringContaining(`(pid ${process.pid})`),
  });
});
