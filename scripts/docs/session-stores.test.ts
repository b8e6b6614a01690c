/** What the table of stores in docs/sessions/README.md says of each is what the real store does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEngine } from "../../e2e/sessions/engine.ts";
import { MOST_IN_FILE } from "../../packages/sessions/src/file/rows.ts";
import { type OpenedStorage, openStorage } from "../../packages/sessions/src/open-storage.ts";
import { openRedis } from "../../packages/sessions/src/redis/open.ts";
import {
  STORAGE_TYPES,
  type StorageChoice,
  type StorageType,
} from "../../packages/sessions/src/storage-choice.ts";
import {
  clientSession,
  HOUR,
  IDLE_MS,
  session,
  START,
} from "../../packages/sessions/src/test-kit.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/sessions/README.md"), "utf8");

/** The cells of a row by the name of its store, without what explains them. */
const rows = new Map(
  [...page.matchAll(/^\| (\w+) +\|(.*)\|$/gm)].map(([, store = "", rest = ""]) => [
    store,
    rest.split("|").map((cell) => cell.trim()),
  ]),
);

const saidOf = (type: StorageType) => {
  const [survives = "", several = "", expiry = "", meantFor = ""] = rows.get(type) ?? [];
  return { survives, several, expiry, meantFor };
};

const open = (choice: StorageChoice, now = () => START) =>
  openStorage(choice, { now, clientIdleMs: () => IDLE_MS });

/** How many keys of Redis end by themselves. */
async function endingKeys(choice: StorageChoice): Promise<number> {
  if (choice.type !== "redis") return 0;
  const opened = await openRedis(choice.url);
  try {
    const keys = await opened.redis.keys("*session:*");
    const times = await Promise.all(keys.map((key) => opened.redis.pttl(key)));
    return times.filter((time) => time > 0).length;
  } finally {
    await opened.close();
  }
}

const isThere = async ({ backend }: OpenedStorage): Promise<boolean> =>
  (await backend.getClientSession("client")) !== null;

async function fill({ backend }: OpenedStorage): Promise<void> {
  await backend.createClientSession(clientSession({ sessionId: "client" }));
  await backend.createSession(session({ sessionId: "signIn" }));
}

/** What a store of this type is seen to do. */
async function seenOf(choice: StorageChoice) {
  const first = await open(choice);
  const beside = await open(choice);
  await fill(first);
  const isShared = first.shared !== null;
  const isSeenBeside = await isThere(beside);
  await beside.close();
  await first.close();

  let now = START;
  const again = await open(choice, () => now);
  try {
    const survives = await isThere(again);
    if (!survives) await fill(again);
    const ending = await endingKeys(choice);
    now += 12 * HOUR - 1;
    const afterHalfADay = await again.backend.getAllSessionIds();
    now += 1;
    const afterMore = await again.backend.getAllSessionIds();
    const isExpired = !(await isThere(again));
    const swept = await again.backend.cleanupExpiredSessions();
    return { isShared, isSeenBeside, survives, ending, afterHalfADay, afterMore, isExpired, swept };
  } finally {
    await again.close();
  }
}

test("the table has each store, and no other", () => {
  expect([...rows.keys()].filter((store) => store !== "store")).toEqual([...STORAGE_TYPES]);
});

test.each(STORAGE_TYPES)("what the table says of %s is so", async (type) => {
  const { survives, several, expiry } = saidOf(type);
  const engine = await startEngine(type, true);
  try {
    const seen = await seenOf(engine.choice);
    expect(seen.isShared).toBe(several === "yes");
    // Commands read SQLite beside the gateway; several gateways could not tell each other there.
    expect(seen.isSeenBeside || several === "no").toBe(true);
    expect(seen.survives).toBe(survives !== "no");
    expect(expiry).toMatch(/^on read, and (swept|by Redis)$/);
    expect(seen).toMatchObject({ afterMore: [], isExpired: true });
    expect(seen.ending > 0).toBe(expiry.endsWith("by Redis"));
    expect(seen.swept).toBe(2);
  } finally {
    await engine.stop();
  }
});

test("what it says of how many and how long is so", async () => {
  expect(saidOf("file").meantFor).toContain(`${MOST_IN_FILE.toLocaleString("en")} sessions`);
  expect(page).toContain("sessions live 12 hours from their last use");
  expect((await seenOf({ type: "memory" })).afterHalfADay).toEqual(["signIn"]);
});
