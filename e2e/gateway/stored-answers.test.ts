import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerPlace, KeptAnswer } from "@local-mcp/engine";
import { startRedis, type RedisServer } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { openVault } from "@local-mcp/vault/test-kit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { StoredAnswers } from "../../packages/gateway/src/sessions/stored-answers.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PLACE: AnswerPlace = { serverId: "far", configHash: "c", uri: "secret://CANARY-uri" };

let server: RedisServer;
let vault: Awaited<ReturnType<typeof openVault>>;
const opened: StoredAnswers[] = [];
const logged: string[] = [];
beforeAll(async () => {
  // What was kept is there after a crash, as it may be with any Redis.
  server = await startRedis({ isDurable: true });
  vault = await openVault();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.cli("FLUSHALL");
  logged.length = 0;
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((answers) => answers.close()));
});

const open = (): StoredAnswers => {
  const say = (text: string): void => void logged.push(text);
  const log = { debug: say, info: say, warn: say, error: say };
  const answers = new StoredAnswers({ type: "redis", url: server.url() }, { vault, log });
  opened.push(answers);
  return answers;
};
const answerOf = (text: string): KeptAnswer => ({ text, keptAt: Date.now(), ttlMs: 600_000 });

/** Waits until the store can be used, and says what is found then. */
async function find(answers: StoredAnswers, place = PLACE) {
  for (;;) {
    const found = await answers.find(place);
    if (found !== null) return found;
    await sleep(20);
  }
}
const textOf = async (answers: StoredAnswers, place = PLACE) =>
  (await find(answers, place)).answer?.text ?? null;

async function keep(answers: StoredAnswers, text: string): Promise<void> {
  const { generation } = await find(answers);
  answers.keep(PLACE, generation, answerOf(text));
  await vi.waitFor(async () => expect(await textOf(answers)).toBe(text), 10_000);
}

it("what one gateway was answered is found by the other, and by nobody who looks into Redis", async () => {
  const [one, other] = [open(), open()];
  await keep(one, "CANARY-text");
  expect(await textOf(other)).toBe("CANARY-text");
  expect(await textOf(other, { ...PLACE, configHash: "another" })).toBeNull();
  expect(await textOf(other, { ...PLACE, serverId: "another" })).toBeNull();
  expect(await textOf(other, { ...PLACE, uri: "another://" })).toBeNull();
  expect(server.cli("HGETALL", "{local-mcp}:answers")).not.toContain("CANARY");
});

it("what changed at one gateway is asked for anew by the other, also where it was being asked", async () => {
  const [one, other] = [open(), open()];
  await keep(one, "old");
  const { generation } = await find(other);
  one.outdate("far");
  // At once for itself.
  expect(await textOf(one)).toBeNull();
  expect(await textOf(other)).toBeNull();
  other.keep(PLACE, generation, answerOf("from before the change"));
  await keep(one, "new");
  expect(await textOf(other)).toBe("new");
});

it("an answer that was put there without the key is not believed", async () => {
  const one = open();
  await keep(one, "mine");
  const [key] = server
    .cli("HKEYS", "{local-mcp}:answers")
    .split("\n")
    .filter((field) => /^[0-9a-f]{64}$/.test(field));
  server.cli("HSET", "{local-mcp}:answers", key ?? "", JSON.stringify(answerOf("forged")));
  expect(await textOf(one)).toBeNull();
});

it("a Redis that is killed or silent is a miss and no error, said once; what changed meanwhile is asked for anew", async () => {
  const one = open();
  await keep(one, "old");
  await server.kill("SIGSTOP");
  expect(await one.find(PLACE)).toBeNull();
  await server.kill("SIGKILL");
  await sleep(1100);
  expect(await one.find(PLACE)).toBeNull();
  one.outdate("far");
  expect(logged).toHaveLength(1);
  await server.start();
  // By who has not heard of the change: until the store is told.
  const other = open();
  await vi.waitFor(async () => expect(await textOf(other)).toBeNull(), 20_000);
  expect(await textOf(one)).toBeNull();
  await keep(one, "new");
  expect(await textOf(other)).toBe("new");
});
