import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { afterTest } from "../../fixtures/test-support.ts";
import { request, sendBytes } from "./raw.ts";
import { bearer, INITIALIZE, startStage, type Stage } from "./stage.ts";

const ADDRESSES = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
const hasIpv6 = ADDRESSES.some(({ address }) => address === "::1");
/** Where other computers would come to; link-local ones need the name of an interface. */
const outside = ADDRESSES.filter(({ internal, address }) => !internal && !/^fe80/i.test(address));

/** What becomes of a connection to that place. */
async function knock(host: string, port: number): Promise<"open" | "closed"> {
  const socket = connect({ host, port });
  afterTest(() => socket.destroy());
  return Promise.race([
    once(socket, "connect").then(() => "open" as const),
    once(socket, "error").then(() => "closed" as const),
  ]).catch(() => "closed" as const);
}

const portOf = ({ url }: Stage): number => Number(new URL(url).port);

async function squat(host: string): Promise<{ server: Server; port: number; heard: () => number }> {
  let heard = 0;
  const server = createServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  server.listen({ host, port: 0, ipv6Only: true });
  await once(server, "listening");
  afterTest(() => server.close());
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It does not listen.");
  return { server, port: address.port, heard: () => heard };
}

async function start(settings: { host?: string; port?: number }): Promise<Stage> {
  const stage = await startStage({ settings: { port: 0, ...settings } });
  afterTest(() => stage.close());
  return stage;
}

describe("N-6: what listens", () => {
  it("listens at 127.0.0.1 and ::1 and at no other address of this computer", async () => {
    const stage = await start({});
    expect(stage.url).toBe(`http://127.0.0.1:${portOf(stage)}`);
    expect(await knock("127.0.0.1", portOf(stage))).toBe("open");
    expect(await knock("::1", portOf(stage))).toBe(hasIpv6 ? "open" : "closed");
    for (const { address } of outside) {
      expect([address, await knock(address, portOf(stage))]).toEqual([address, "closed"]);
    }
    await stage.gateway.close();
    for (const host of ["127.0.0.1", "::1"]) {
      expect(await knock(host, portOf(stage))).toBe("closed");
    }
  });
});

describe.skipIf(!hasIpv6)("N-25: the same port of ::1", () => {
  it("is ours as well, so that “localhost” leads here whatever it means", async () => {
    const stage = await start({});
    const [host, port] = ["::1", portOf(stage)];
    const taken = createServer().listen({ host, port, ipv6Only: true });
    expect((await once(taken, "error"))[0]).toMatchObject({ code: "EADDRINUSE" });
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
      const answer = await fetch(`http://${name}:${port}/mcp/dev`, {
        method: "POST",
        headers: { "content-type": "application/json", ...bearer(stage.token) },
        body: INITIALIZE,
      });
      expect([name, answer.status]).toEqual([name, 200]);
    }
    expect((await stage.api.status.get()).warnings).toEqual([]);
  });

  it("somebody else's is told, and nothing that we hand out leads there", async () => {
    const squatter = await squat("::1");
    const stage = await start({ port: squatter.port });
    expect(stage.url).toBe(`http://127.0.0.1:${squatter.port}`);
    const { state, warnings } = await stage.api.status.get();
    expect(state).toBe("serving");
    expect(warnings).toEqual([
      {
        code: "localhost_taken",
        message: expect.stringContaining(`(pid ${process.pid})`),
        wayOut: expect.stringContaining(`Use http://127.0.0.1:${squatter.port} in every client`),
        params: expect.objectContaining({ port: squatter.port }),
      },
    ]);
    const { findings } = await stage.api.status.doctor();
    expect(findings).toContainEqual({
      area: "endpoint",
      level: "problem",
      message: warnings[0]?.message,
      wayOut: warnings[0]?.wayOut,
    });
    expect(stage.log.filter((line) => line.includes("at ::1"))).toHaveLength(1);
    const handedOut = JSON.stringify([
      await stage.api.clients.snippets(),
      await stage.api.profiles.list(),
    ]);
    expect(handedOut).toContain(stage.url);
    expect(handedOut).not.toMatch(/localhost|\[::1\]/);
    expect(squatter.heard()).toBe(0);
  });

  it("a port of ours that somebody has is never left for another", async () => {
    const squatter = await squat("127.0.0.1");
    await expect(start({ port: squatter.port })).rejects.toMatchObject({ code: "port_taken" });
    expect(squatter.heard()).toBe(0);
  });
});

describe("beyond this computer", () => {
  const [lan] = outside.filter(({ family }) => family === "IPv4");
  const host = lan?.address ?? "0.0.0.0";

  it("every profile needs a token, also one that asks for none here", async () => {
    const stage = await start({ host });
    await stage.api.profiles.create({ slug: "open", allowWithoutToken: true });
    const ask = async (headers: Record<string, string>): Promise<number> => {
      const answer = await fetch(`${stage.url}/mcp/open`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: INITIALIZE,
      });
      return answer.status;
    };
    expect(await ask({})).toBe(401);
    expect(await ask(bearer(stage.token))).toBe(200);
    const snippets = JSON.stringify(await stage.api.clients.snippets({ profile: "open" }));
    expect(snippets).toContain("Authorization");
    const rebound = request("GET /health", ["Host: evil.example"]);
    expect((await sendBytes(stage.url, rebound)).status).toBe(403);
  });

  it("the same holds for who comes from here to all addresses at once", async () => {
    const stage = await start({ host: "0.0.0.0" });
    await stage.api.profiles.create({ slug: "open", allowWithoutToken: true });
    expect(stage.url).toBe(`http://127.0.0.1:${portOf(stage)}`);
    const answer = await fetch(`${stage.url}/mcp/open`, { method: "POST", body: INITIALIZE });
    expect(answer.status).toBe(401);
    expect(await knock("::1", portOf(stage))).toBe(hasIpv6 ? "open" : "closed");
  });
});
