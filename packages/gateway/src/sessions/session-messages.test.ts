import { readFileSync } from "node:fs";
import type { SeenRequest } from "@local-mcp/engine";
import { openSqlite } from "@local-mcp/database";
import { describe, expect, test } from "vitest";
import type { Traffic } from "../traffic/create-traffic.ts";
import { callOf, trafficStage } from "../traffic/traffic.fixture.ts";

/** Who asks, in a session. */
const from = (sessionId: string, era: "legacy" | "modern" = "legacy"): Partial<SeenRequest> => ({
  client: { sessionId, info: { name: "c" }, era, tokenId: null, since: 0 },
});

const told = (traffic: Traffic, sessionId: string, method: string, data: string): void =>
  traffic.sink.onNotified(
    { client: from(sessionId).client ?? null, profileId: null },
    { jsonrpc: "2.0", method, params: { data } },
  );

const contents = async ({ messages }: Traffic, session: string): Promise<unknown[]> =>
  (await messages.list({ session, after: 0, limit: 1000 })).map(({ content }) => content);

const answer = (text: string) => ({ jsonrpc: "2.0", id: 1, result: { text } });

describe("messages of a session", () => {
  test("are its answers and what comes unasked, in order, whatever debug logs record", async () => {
    const stage = trafficStage();
    stage.settings.logLevel = "off";
    const traffic = stage.run();
    callOf(traffic, "first", from("abc123"));
    told(traffic, "abc123", "notifications/message", "second");
    callOf(traffic, "of another", from("other"));
    callOf(traffic, "has no session", from("modern", "modern"));
    callOf(traffic, "of nobody");
    expect(await contents(traffic, "abc123")).toEqual([
      answer("first"),
      { jsonrpc: "2.0", method: "notifications/message", params: { data: "second" } },
    ]);
    expect(await contents(traffic, "other")).toEqual([answer("of another")]);
    expect(await contents(traffic, "modern")).toEqual([]);
    expect((await traffic.logs.list({ filter: "", limit: 100 })).rows).toEqual([]);
  });

  test("are read on from an id", async () => {
    const traffic = trafficStage().run();
    for (let at = 0; at < 7; at += 1) callOf(traffic, `${at}`, from("s"));
    const first = await traffic.messages.list({ session: "s", after: 0, limit: 4 });
    const after = first.at(-1)?.id ?? 0;
    const rest = await traffic.messages.list({ session: "s", after, limit: 4 });
    expect([...first, ...rest].map(({ content }) => content)).toEqual(
      Array.from({ length: 7 }, (_, at) => answer(`${at}`)),
    );
  });

  test("hold no secret, in no file, also where it is known by its form alone", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    const known = "correct horse battery staple 4711";
    const shaped = `ghp_${"a1B2".repeat(9)}`;
    stage.redactor.know(known);
    callOf(traffic, `the word is ${known}`, from("s"));
    told(traffic, "s", "notifications/message", `a token is ${shaped}`);
    const [first, second] = await contents(traffic, "s");
    expect(JSON.stringify(first)).toContain("[removed: ");
    expect(JSON.stringify(second)).toContain("[removed: ");
    const files = stage.files().filter((name) => name.startsWith("traffic"));
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) {
      const bytes = readFileSync(stage.paths.traffic.replace("traffic.db", name), "latin1");
      expect(bytes).not.toContain(known);
      expect(bytes).not.toContain(shaped);
    }
  });

  test("are cut where they are too long, and are JSON all the same", async () => {
    const stage = trafficStage();
    stage.settings.logBodyBytes = 1024;
    const traffic = stage.run();
    callOf(traffic, "ü".repeat(5000), from("s"));
    const [content] = await contents(traffic, "s");
    const bytes = Buffer.byteLength(JSON.stringify(answer("ü".repeat(5000))));
    expect(content).toMatchObject({
      cut: true,
      bytes,
      text: expect.stringMatching(/^\{"jsonrpc"/),
    });
    expect(JSON.stringify(content).length).toBeLessThan(1200);
    const { logs } = traffic;
    expect((await logs.list({ filter: "", limit: 1 })).rows).toHaveLength(1);
  });

  test("are JSON where a secret was a number, and one that is none hides no other", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    traffic.sink.onNotified(
      { client: from("s").client ?? null, profileId: null },
      { jsonrpc: "2.0", method: "notifications/message", params: { password: 1234567 } },
    );
    callOf(traffic, "after it", from("s"));
    const [first, second] = await contents(traffic, "s");
    expect(first).toMatchObject({ cut: true, text: expect.stringContaining("[removed: ") });
    expect(JSON.stringify(first)).not.toContain("1234567");
    expect(second).toEqual(answer("after it"));
    const file = openSqlite(stage.paths.traffic);
    file.exec("UPDATE mcp_messages SET content = 'no JSON' WHERE id = 1");
    file.close();
    expect(await contents(traffic, "s")).toEqual([
      { cut: true, bytes: 7, text: "no JSON" },
      answer("after it"),
    ]);
  });

  test("are not those of a refusal, which anybody can have by naming a session", async () => {
    const traffic = trafficStage().run();
    traffic.sink
      .onRequest({
        client: from("s").client ?? null,
        isOwn: false,
        profileId: null,
        serverId: null,
        message: {},
        method: "ping",
        name: null,
      })
      .answered({ text: '{"jsonrpc":"2.0"}', outcome: "error", error: null, httpStatus: 404 });
    expect(await contents(traffic, "s")).toEqual([]);
  });

  test("are gone with their session, also what was still on its way", async () => {
    const traffic = trafficStage().run();
    callOf(traffic, "of the other", from("other"));
    callOf(traffic, "early", from("s"));
    const removed = traffic.messages.remove("s");
    callOf(traffic, "late", from("s"));
    await removed;
    expect(await contents(traffic, "s")).toEqual([]);
    expect(await contents(traffic, "other")).toEqual([answer("of the other")]);
  });

  test("expire by their own time, and go with a clean-up", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    callOf(traffic, "kept", from("living"));
    callOf(traffic, "nobody's", from("ended"));
    await contents(traffic, "living");
    stage.settings.sessionMessagesKeepMs = 1000;
    for (let at = 0; at < 1200; at += 1) callOf(traffic, `${at}`, from("living"));
    const file = openSqlite(stage.paths.traffic);
    await contents(traffic, "living");
    const at = file
      .prepare<[], { first: number; last: number }>(
        "SELECT min(expires_at - created_at) AS first, max(expires_at - created_at) AS last FROM mcp_messages",
      )
      .get();
    expect(at).toEqual({ first: 1000, last: 86_400_000 });
    file.exec("UPDATE mcp_messages SET expires_at = 2 WHERE expires_at - created_at = 1000");
    file.close();
    expect(await traffic.messages.cleanup(["living"])).toBe(1201);
    expect(await contents(traffic, "living")).toEqual([answer("kept")]);
    expect(await contents(traffic, "ended")).toEqual([]);
    expect(await traffic.messages.cleanup(null)).toBe(1);
    expect(await contents(traffic, "living")).toEqual([]);
  });

  test("that cannot be written are dropped and counted, which the log is told of once", async () => {
    const stage = trafficStage();
    const before = stage.run();
    callOf(before, "makes the file", from("s"));
    await before.close();
    const file = openSqlite(stage.paths.traffic);
    file.pragma("user_version = 99");
    file.close();
    const traffic = stage.run();
    for (const text of ["a", "b"]) callOf(traffic, text, from("s"));
    await expect(contents(traffic, "s")).rejects.toMatchObject({ code: "database_newer" });
    callOf(traffic, "c", from("s"));
    expect(traffic.messages.dropped).toBe(3);
    expect(stage.log.filter((line) => line.startsWith("messages of sessions"))).toHaveLength(1);
  });

  test("are bounded while they wait, and calls go on", async () => {
    const traffic = trafficStage().run();
    const long = "x".repeat(1024 * 1024);
    for (let at = 0; at < 100; at += 1) callOf(traffic, long, from("s"));
    expect(traffic.messages.dropped).toBeGreaterThan(50);
    expect(traffic.messages.dropped).toBeLessThan(100);
    const kept = 100 - traffic.messages.dropped;
    expect(await contents(traffic, "s")).toHaveLength(kept);
  });
});
