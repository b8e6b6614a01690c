import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type RedisServer, startRedis } from "../redis/redis.fixture.ts";
import type { AnswerRows } from "./answer-rows.ts";
import { type AnswerChoice, openAnswers } from "./open-answers.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: RedisServer;
let root: string;
beforeAll(async () => {
  server = await startRedis();
  root = mkdtempSync(join(tmpdir(), "answers-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

let files = 0;
const engines: [string, () => AnswerChoice][] = [
  [
    "Redis",
    () => {
      server.cli("FLUSHALL");
      return { type: "redis", url: server.url() };
    },
  ],
  [
    "SQLite",
    () => {
      files += 1;
      return { type: "sqlite", path: join(root, `${files}.db`) };
    },
  ],
];

describe.each(engines)("answers in %s", (_, fresh) => {
  const opened: AnswerRows[] = [];
  let now = 1_800_000_000_000;
  /** Two processes on one store. */
  const two = async (): Promise<[AnswerRows, AnswerRows]> => {
    const choice = fresh();
    const open = async (): Promise<AnswerRows> => {
      const rows = await openAnswers(choice, { maxSize: 100, now: () => now });
      opened.push(rows);
      return rows;
    };
    return [await open(), await open()];
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((rows) => rows.close()));
  });
  const keep = async (rows: AnswerRows, key: string, text: string, lives = 1000) => {
    const { generation } = await rows.read("far", key);
    await rows.keep({ serverId: "far", key, text, generation, expiresAt: now + lives });
  };
  const textOf = async (rows: AnswerRows, key: string) => (await rows.read("far", key)).text;

  it("are found by others, with one generation", async () => {
    const [one, other] = await two();
    const before = await one.read("far", "a");
    expect(before).toEqual({ generation: expect.stringMatching(/./), text: null });
    await keep(one, "a", "text");
    expect(await other.read("far", "a")).toEqual({ generation: before.generation, text: "text" });
    expect((await other.read("near", "a")).generation).not.toBe(before.generation);
  });

  it("are not kept where the server changed for anybody since it was asked", async () => {
    const [one, other] = await two();
    const { generation } = await one.read("far", "a");
    await other.renew("far", "changed");
    await one.keep({ serverId: "far", key: "a", text: "old", generation, expiresAt: now + 1000 });
    expect(await one.read("far", "a")).toEqual({ generation: "changed", text: null });
  });

  it("take no more than they may: what expires first goes first", async () => {
    const [one, other] = await two();
    await keep(one, "long", "x".repeat(40), 3000);
    await keep(other, "short", "x".repeat(40), 1000);
    await keep(one, "long", "y".repeat(30), 3000);
    await keep(one, "middle", "x".repeat(40), 2000);
    expect(await textOf(one, "short")).toBeNull();
    expect(await textOf(other, "middle")).toBe("x".repeat(40));
    expect(await textOf(other, "long")).toBe("y".repeat(30));
    await keep(one, "huge", "x".repeat(101), 9000);
    expect(await textOf(one, "huge")).toBeNull();
  });

  it("make room for others when they have expired", async () => {
    const [one] = await two();
    await keep(one, "a", "x".repeat(60), 1000);
    now += 1000;
    await keep(one, "b", "x".repeat(60), 500);
    await keep(one, "c", "x".repeat(40), 400);
    expect(await textOf(one, "a")).toBeNull();
    expect(await textOf(one, "b")).toBe("x".repeat(60));
    expect(await textOf(one, "c")).toBe("x".repeat(40));
  });
});

it("answers in a file are for its owner only", async () => {
  const path = join(root, "private.db");
  const rows = await openAnswers({ type: "sqlite", path }, { maxSize: 1, now: Date.now });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await rows.close();
});

it("answers begin anew where Redis removed a part of them to make room", async () => {
  server.cli("FLUSHALL");
  const rows = await openAnswers(
    { type: "redis", url: server.url() },
    { maxSize: 100, now: Date.now },
  );
  const keep = async (): Promise<void> => {
    const { generation } = await rows.read("far", "a");
    const expiresAt = Date.now() + 600_000;
    await rows.keep({ serverId: "far", key: "a", text: "text", generation, expiresAt });
  };
  await keep();
  server.cli("DEL", "{local-mcp}:answers:ends");
  await keep();
  expect((await rows.read("far", "a")).text).toBeNull();
  await keep();
  expect((await rows.read("far", "a")).text).toBe("text");
  expect(Number(server.cli("PTTL", "{local-mcp}:answers"))).toBeGreaterThan(0);
  await rows.close();
});
