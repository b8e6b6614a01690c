/** What the table of stores in docs/sessions/README.md says of each is what the real store does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEngine } from "../../e2e/sessions/engine.ts";
import { MOST_IN_FILE } from "../../packages/sessions/src/file/rows.ts";
import { openStorage } from "../../packages/sessions/src/open-storage.ts";
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

/** Keys of Redis that end by themselves. */
async function endingKeys(url: string): Promise<number> {
  const { redis, close } = await openRedis(url);
  try {
    const keys = await redis.keys("*session:*");
    const times = await Promise.all(keys.map((key) => redis.pttl(key)));
    return times.filter((time) => time > 0).length;
  } finally {
    await close();
  }
}

test("the table has each store, and no other", () => {
  expect([...rows.keys()].filter((store) => store !== "store")).toEqual([...STORAGE_TYPES]);
});

test.each(STORAGE_TYPES)("what the table says of %s is so", async (type) => {
  const { survives, several, expiry, meantFor } = saidOf(type);
  const engine = await startEngine(type, true);
  let now = START;
  try {
    const first = await open(engine.choice);
    const beside = await open(engine.choice);
    await first.backend.createClientSession(clientSession({ sessionId: "client" }));
    await first.backend.createSession(session({ sessionId: "signIn" }));
    // SQLite, too, is read by commands beside the gateway: it has no way to tell the other of it.
    expect(first.shared === null ? "no" : "yes").toBe(several.slice(0, first.shared ? 3 : 2));
    if (several.includes("several processes") || several === "yes") {
      expect(await beside.backend.getClientSession("client")).not.toBeNull();
    }
    await beside.close();
    await first.close();

    const again = await open(engine.choice, () => now);
    try {
      const isThere = (await again.backend.getClientSession("client")) !== null;
      expect(survives === "no" ? "gone" : "there").toBe(isThere ? "there" : "gone");
      if (!isThere) {
        await again.backend.createClientSession(clientSession({ sessionId: "client" }));
        await again.backend.createSession(session({ sessionId: "signIn" }));
      }
      const { choice } = engine;
      const ending = choice.type === "redis" ? await endingKeys(choice.url) : 0;
      expect(ending).toBe(expiry.endsWith("by Redis") ? 2 : 0);

      expect(page).toContain("sessions live 12 hours from their last use");
      now += 12 * HOUR + 1;
      expect(expiry).toMatch(/^on read, /);
      expect(await again.backend.getAllSessionIds()).toEqual([]);
      expect(await again.backend.getClientSession("client")).toBeNull();
      if (expiry.endsWith("and swept")) {
        expect(await again.backend.cleanupExpiredSessions()).toBe(2);
      }
      if (type === "file") expect(meantFor).toContain(`${MOST_IN_FILE.toLocaleString("en")} `);
    } finally {
      await again.close();
    }
  } finally {
    await engine.stop();
  }
});
