import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench } from "./under-way.fixture.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

/** The answers so far, by when they were asked for. */
const asked = () => bench.server.tokenRequests.length;
/** Passes time, and waits until what it caused is asked and planned anew. */
const passTo = async (ms: number, count: number): Promise<void> => {
  const before = bench.clock.waiting;
  bench.clock.pass(ms);
  await expect.poll(asked).toBe(count);
  await expect.poll(() => bench.clock.waiting).toBe(before);
};

/** Passes time in which nothing is asked. */
const passQuietly = (ms: number): void => {
  const before = bench.clock.waiting;
  bench.clock.pass(ms);
  expect(bench.clock.waiting).toBe(before);
};

describe("a sign-in on another device", () => {
  test("shows a page and a code, asks at the pace it is told, and ends with tokens", async () => {
    const { id, started, page, outcome, paste } = await bench.begin({ way: "device" });
    expect(page).toBe(`${bench.server.issuer}/activate`);
    expect(started).toMatchObject({
      way: "device",
      userCode: "WDJB-MJHT",
      endsAt: bench.clock.now() + 300_000,
    });
    expect(bench.signIns.of("s1")).toMatchObject({ id, way: "device", endsAt: started.endsAt });
    expect((await paste("code=1&state=2")).error?.code).toBe("sign_in_wrong_answer");
    passQuietly(4999);
    await passTo(1, 1);
    bench.server.deviceAnswers.push({ error: "slow_down" });
    await passTo(5000, 2);
    passQuietly(9999);
    bench.server.deviceAnswers.push("tokens");
    bench.clock.pass(1);
    expect(await outcome()).toEqual({ state: "done", error: null });
    expect(bench.kept).toMatchObject([{ scopes: ["read", "write"] }]);
    expect(bench.server.tokenRequests.at(-1)?.get("device_code")).toBe("device-code-canary");
    await expect.poll(() => bench.clock.waiting).toBe(0);
    expect(bench.log).not.toMatch(/canary|WDJB/);
  });

  test("sends nobody to an address that the server itself could not name", async () => {
    const namedBy = new URL("https://mcp.example/");
    for (const page of ["http://127.0.0.1:631/delete", "https://192.168.0.1/reboot"]) {
      bench.server.deviceAuthorization["verification_uri"] = page;
      await expect(bench.begin({ way: "device", namedBy })).rejects.toMatchObject({
        code: "address_blocked",
      });
    }
    expect(bench.server.tokenRequests).toEqual([]);
  });

  test("waits longer while the authorization server is away, and goes on", async () => {
    const { outcome } = await bench.begin({ way: "device" });
    bench.server.deviceAnswers.push("cut", "cut", { error: "authorization_pending" }, "tokens");
    await passTo(5000, 1);
    passQuietly(9999);
    await passTo(1, 2);
    passQuietly(19_999);
    await passTo(1, 3);
    bench.clock.pass(5000);
    expect((await outcome()).state).toBe("done");
  });

  test.each(["access_denied", "expired_token", "invalid_client"])("ends with %s", async (error) => {
    const { outcome } = await bench.begin({ way: "device" });
    bench.server.deviceAnswers.push({ error });
    bench.clock.pass(5000);
    const refused = { code: "sign_in_refused", params: { error } };
    expect(await outcome()).toMatchObject({ state: "failed", error: refused });
    expect(bench.failures).toMatchObject([refused]);
    await expect.poll(() => bench.clock.waiting).toBe(0);
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
  });

  test("ends by itself, and by a person, and then asks no more", async () => {
    const first = await bench.begin({ way: "device" });
    await bench.signIns.cancel("s1", first.id);
    expect((await first.outcome()).state).toBe("cancelled");
    bench.server.deviceAuthorization.expires_in = 3;
    const second = await bench.begin({ way: "device" });
    bench.clock.pass(3000);
    expect((await second.outcome()).error?.code).toBe("sign_in_not_found");
    await expect.poll(() => bench.clock.waiting).toBe(0);
    expect(asked()).toBe(0);
  });

  test("goes on after a restart", async () => {
    const { outcome } = await bench.begin({ way: "device" });
    await bench.restart();
    expect(bench.clock.waiting).toBe(0);
    await bench.signIns.recall((stored) => bench.recalled(stored));
    bench.server.deviceAnswers.push("tokens");
    bench.clock.pass(5000);
    expect((await outcome()).state).toBe("done");
  });

  test("is registered with the address that a client has already", async () => {
    const addresses: string[] = [];
    const clientFor = async (redirectUri: string) => {
      addresses.push(redirectUri);
      return bench.client();
    };
    for (const preferredPort of [null, 0, 4711]) {
      await bench.begin({ way: "device", preferredPort, clientFor });
    }
    const bare = "http://127.0.0.1/callback";
    expect(addresses).toEqual([bare, bare, "http://127.0.0.1:4711/callback"]);
  });

  test("is refused where it is not offered, or where its page may not be opened", async () => {
    const { device_authorization_endpoint: _, ...authorizationServer } = bench.server.metadata;
    const discovered = { ...bench.request().discovered, authorizationServer };
    await expect(bench.begin({ way: "device", discovered })).rejects.toMatchObject({
      code: "sign_in_not_offered",
    });
    for (const page of ["javascript:alert(1)", "file:///etc/passwd", "http://evil.example/"]) {
      bench.server.deviceAuthorization.verification_uri = page;
      await expect(bench.begin({ way: "device" })).rejects.toMatchObject({
        code: "sign_in_metadata",
      });
    }
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
  });
});
