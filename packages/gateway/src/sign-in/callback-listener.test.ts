import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, take, visit } from "./under-way.fixture.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

describe("the address for the way back", () => {
  interface Asked {
    path?: string;
    method?: string;
    host?: string;
    /** What the browser wants it for. */
    dest?: string;
  }
  const ask = (
    port: number,
    { path = "/callback", method = "GET", host = `127.0.0.1:${port}`, dest }: Asked,
  ): Promise<{ status: number | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const headers = { host, ...(dest !== undefined && { "sec-fetch-dest": dest }) };
      const options = { host: "127.0.0.1", port, path, method, headers };
      const sent = httpRequest(options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode, body }));
      });
      sent.on("error", reject).end();
    });

  test.each([
    [404, { path: "/" }],
    [404, { path: "/callback/" }],
    [404, { path: "/Callback" }],
    [404, { path: "/./callback" }],
    [404, { path: "/done" }],
    [404, { path: "http://127.0.0.1/callback" }],
    [405, { method: "POST" }],
    [405, { method: "HEAD" }],
    [405, { method: "OPTIONS" }],
    [403, { host: "evil.example" }],
    [403, { host: "127.0.0.1" }],
    [403, { host: "127.0.0.1:1" }],
    [403, { host: "localhost.evil.example" }],
    [403, { dest: "image" }],
    [403, { dest: "empty" }],
    [403, { dest: "iframe" }],
  ])("answers %i to %j, and no more", async (status, how: Asked) => {
    const { port, page } = await bench.begin();
    const { search } = new URL(bench.server.approve(page));
    const answer = await ask(port, { path: `/callback${search}`, ...how });
    expect(answer).toEqual({ status, body: "" });
    expect(bench.server.tokenRequests).toEqual([]);
  });

  test("is no place where a page of somebody's ends a sign-in by what it loads", async () => {
    const { port, page, outcome } = await bench.begin();
    for (let tries = 0; tries < 25; tries += 1) {
      const path = `/callback?state=${tries}&code=a`;
      expect((await ask(port, { path, dest: "image" })).status).toBe(403);
    }
    const back = new URL(bench.server.approve(page));
    const path = `${back.pathname}${back.search}`;
    expect((await ask(port, { path, dest: "document" })).status).toBe(303);
    expect((await ask(port, { path: "/done", dest: "document" })).status).toBe(200);
    expect(await outcome()).toMatchObject({ state: "done" });
  });

  test("is reached as localhost too", async () => {
    const { port } = await bench.begin();
    expect((await ask(port, { host: `LOCALHOST:${port}` })).status).toBe(400);
  });

  test("tells browsers to keep nothing, run nothing and tell nothing on", async () => {
    const { page } = await bench.begin();
    const { headers } = await visit(bench.server.approve(page));
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("is open on this computer's own address alone", async () => {
    const { port } = await bench.begin();
    for (const host of ["[::1]", "127.0.0.2"]) {
      const signal = AbortSignal.timeout(2000);
      const reached = fetch(`http://${host}:${port}/callback`, { signal }).then(
        () => true,
        () => false,
      );
      expect([host, await reached]).toEqual([host, false]);
    }
  });

  test("is the port that was used before, where that is free", async () => {
    const { id, port } = await bench.begin();
    await bench.signIns.cancel("s1", id);
    const again = await bench.begin({ preferredPort: port });
    expect(again.port).toBe(port);
    const besides = await bench.begin({ preferredPort: port });
    expect(besides.port).not.toBe(port);
  });

  test("is the one port that is configured, or none", async () => {
    const taken = await take(0);
    const address = taken?.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    await expect(bench.begin({ redirectPort: port })).rejects.toMatchObject({
      code: "sign_in_not_offered",
      message: expect.stringContaining(`port ${port}`),
    });
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
    await new Promise((resolve) => taken?.close(resolve));
    const first = await bench.begin({ redirectPort: port });
    const second = await bench.begin({ redirectPort: port });
    expect(second.port).toBe(port);
    expect((await first.outcome()).state).toBe("cancelled");
    await visit(bench.server.approve(second.page));
    expect((await second.outcome()).state).toBe("done");
  });
});
