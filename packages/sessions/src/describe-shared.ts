import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type OpenedStorage, openStorage } from "./open-storage.ts";
import { MEMBER_LIFETIME_MS, type Member, type SharedStore } from "./shared-store.ts";
import type { StorageChoice } from "./storage-choice.ts";
import { refusalOf } from "./test-kit.ts";

/** A server that several gateways share, under test. */
export interface SharedWorld {
  server: { kill(signal: NodeJS.Signals): Promise<void>; start(): Promise<void> };
  /** Makes a place on it that nobody has used. */
  fresh(): Promise<StorageChoice & { url: string }>;
  /** Lets the last sign of life of a member be so much earlier, ms. */
  age(memberId: string, ms: number): Promise<void>;
  /** Lets the time pass that a lock outlives a holder that was killed. */
  outlive(lock: string): Promise<void>;
}

const member = (id: string, members: Partial<Member> = {}): Member => ({
  id,
  name: `host-${id} (pid 1)`,
  keyId: "key-1",
  configurationHash: "hash-1",
  ...members,
});

/** The rules of {@link SharedStore}, run against an engine. */
export const describeShared = (name: string, world: () => SharedWorld): void => {
  describe(`what gateways on one ${name} share`, () => {
    let choice: StorageChoice & { url: string };
    const opened: OpenedStorage[] = [];
    const open = async (): Promise<{ shared: SharedStore }> => {
      const storage = await openStorage(choice);
      opened.push(storage);
      if (storage.shared === null) throw new Error("it is not shared");
      return { shared: storage.shared };
    };
    beforeEach(async () => {
      choice = await world().fresh();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((storage) => storage.close()));
    });

    describe("members", () => {
      test("are who joined and has not left, oldest first", async () => {
        const [one, two] = [await open(), await open()];
        await one.shared.join(member("b"));
        // Who joins in the same millisecond is as old.
        await new Promise((resolve) => setTimeout(resolve, 5));
        await two.shared.join(member("a"));
        const [first, second, ...none] = await one.shared.members();
        expect(first).toMatchObject(member("b"));
        expect(second).toMatchObject(member("a"));
        expect(none).toEqual([]);
        expect(first!.joinedAt).toBeLessThanOrEqual(second!.joinedAt);
        await one.shared.leave();
        expect(await two.shared.members()).toMatchObject([{ id: "a" }]);
      });

      test("have one key and one configuration, or are refused by name", async () => {
        const [one, two] = [await open(), await open()];
        await one.shared.join(member("one"));
        const otherKey = two.shared.join(member("two", { keyId: "key-2" }));
        await expect(otherKey).rejects.toMatchObject({
          code: "session_store_other_key",
          params: { own: "key-2", others: "host-one (pid 1)", key: "key-1" },
        });
        const noKey = two.shared.join(member("two", { keyId: null }));
        expect(await refusalOf(noKey)).toBe("session_store_other_key");
        const otherHash = two.shared.join(member("two", { configurationHash: "hash-2" }));
        await expect(otherHash).rejects.toMatchObject({
          code: "session_store_other_configuration",
          message: expect.stringContaining("host-one"),
        });
        expect(await one.shared.members()).toHaveLength(1);
        await one.shared.leave();
        await two.shared.join(member("two", { keyId: "key-2", configurationHash: "hash-2" }));
      });

      test("of two that do not go together and join at once, one is refused", async () => {
        const stores = await Promise.all([open(), open(), open(), open()]);
        const results = await Promise.all(
          stores.map(({ shared }, index) =>
            refusalOf(shared.join(member(String(index), { keyId: `key-${index}` }))),
          ),
        );
        expect(results.toSorted()).toEqual([
          "accepted",
          ...Array.from({ length: 3 }, () => "session_store_other_key"),
        ]);
      });

      test("that were killed count no more", async () => {
        const [one, two] = [await open(), await open()];
        await one.shared.join(member("one"));
        // As it is a while after its last sign of life.
        await world().age("one", MEMBER_LIFETIME_MS + 1);
        expect(await two.shared.members()).toEqual([]);
        await two.shared.join(member("two", { keyId: "another" }));
        expect(await two.shared.members()).toMatchObject([{ id: "two" }]);
      });

      test("that were forgotten are there again with their next sign of life", async () => {
        vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
        try {
          const { shared } = await open();
          await shared.join(member("one"));
          await world().age("one", MEMBER_LIFETIME_MS + 1);
          expect(await shared.members()).toEqual([]);
          vi.advanceTimersByTime(5000);
          await vi.waitFor(async () => expect(await shared.members()).toHaveLength(1));
          await shared.leave();
        } finally {
          vi.useRealTimers();
        }
      });

      test("that were forgotten, while one came that they do not go together with, are told", async () => {
        vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
        try {
          const [one, two] = [await open(), await open()];
          const onRefused = vi.fn<(error: Error) => void>();
          const onMembers = vi.fn<() => void>();
          await one.shared.join(member("one"), { onRefused, onMembers });
          await world().age("one", MEMBER_LIFETIME_MS + 1);
          await two.shared.join(member("two", { configurationHash: "hash-2" }));
          vi.advanceTimersByTime(5000);
          await vi.waitFor(() => expect(onRefused).toHaveBeenCalled());
          expect(onRefused.mock.lastCall?.[0]).toMatchObject({
            code: "session_store_other_configuration",
            params: { own: "hash-1", others: "host-two (pid 1)", configuration: "hash-2" },
          });
          expect(onMembers).not.toHaveBeenCalled();
          expect(await two.shared.members()).toMatchObject([{ id: "two" }]);

          await two.shared.leave();
          vi.advanceTimersByTime(5000);
          await vi.waitFor(() => expect(onMembers).toHaveBeenCalled());
          expect(await one.shared.members()).toMatchObject([{ id: "one" }]);
        } finally {
          vi.useRealTimers();
        }
      });

      test("hear with each sign of life who else lives, until they leave", async () => {
        vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
        try {
          const [one, two] = [await open(), await open()];
          const seen: string[][] = [];
          const onMembers = (members: Member[]) => void seen.push(members.map(({ id }) => id));
          await one.shared.join(member("one"), { onMembers });
          await two.shared.join(member("two"));
          vi.advanceTimersByTime(5000);
          await vi.waitFor(() => expect(seen[0]?.toSorted()).toEqual(["one", "two"]));
          await two.shared.leave();
          vi.advanceTimersByTime(5000);
          await vi.waitFor(() => expect(seen[1]).toEqual(["one"]));
          await one.shared.leave();
          vi.advanceTimersByTime(5000);
          expect(seen).toHaveLength(2);
        } finally {
          vi.useRealTimers();
        }
      });

      test("that join again with another configuration have that one", async () => {
        const { shared } = await open();
        await shared.join(member("one"));
        await shared.join(member("one", { configurationHash: "hash-2" }));
        expect(await shared.members()).toMatchObject([{ configurationHash: "hash-2" }]);
      });
    });

    describe("messages", () => {
      test("reach all others, in their order and of any length, and not their sender", async () => {
        const stores = await Promise.all([open(), open(), open()]);
        const heard: string[][] = stores.map(() => []);
        const gaps = vi.fn<() => void>();
        await Promise.all(
          stores.map(({ shared }, index) =>
            shared.listen((text) => heard[index]?.push(text), gaps),
          ),
        );
        const sent = Array.from(
          { length: 200 },
          (_, index) => `${index} ${"ü".repeat(index * 100)}`,
        );
        await Promise.all(sent.map((text) => stores[0].shared.publish(text)));
        await stores[1].shared.publish("from another");
        await vi.waitFor(() => {
          expect(heard.map(({ length }) => length)).toEqual([1, 200, 201]);
        });
        expect(heard[0]).toEqual(["from another"]);
        expect(heard[1]).toEqual(sent);
        expect(heard[2]?.filter((text) => text !== "from another")).toEqual(sent);
        expect(gaps).not.toHaveBeenCalled();
      });

      test("that may have been missed are told, and listening goes on", async () => {
        const [one, two] = [await open(), await open()];
        const heard: string[] = [];
        const gaps = vi.fn<() => void>();
        await two.shared.listen((text) => heard.push(text), gaps);
        await world().server.kill("SIGKILL");
        expect(await refusalOf(one.shared.publish("into the void"))).toBe(
          "session_store_unreachable",
        );
        await world().server.start();
        await vi.waitFor(() => expect(gaps).toHaveBeenCalled(), { timeout: 20_000 });
        await one.shared.publish("after");
        await vi.waitFor(() => expect(heard).toEqual(["after"]));
      });
    });

    describe("work that is done exclusively", () => {
      test("is done by one at a time, in and between gateways", async () => {
        const stores = [await open(), await open(), await open()];
        let running = 0;
        let most = 0;
        const works = Array.from({ length: 12 }, (_, index) =>
          stores[index % 3]!.shared.exclusively("refresh", async () => {
            running += 1;
            most = Math.max(most, running);
            await new Promise((resolve) => setTimeout(resolve, 5));
            running -= 1;
            return index;
          }),
        );
        expect(await Promise.all(works)).toEqual(works.map((_, index) => index));
        expect(most).toBe(1);
      });

      test("does not wait for work of another name, and lets the next one in after an error", async () => {
        const [one, two] = [await open(), await open()];
        const inside = two.shared.exclusively("a", () =>
          one.shared.exclusively("b", async () => 1),
        );
        expect(await inside).toBe(1);
        const failing = one.shared.exclusively("a", () => Promise.reject(new Error("no")));
        await expect(failing).rejects.toThrow("no");
        expect(await two.shared.exclusively("a", async () => 2)).toBe(2);
      });

      test("goes to the next one when a gateway is killed in it", async () => {
        const { shared } = await open();
        const script = join(import.meta.dirname, "shared.fixture.ts");
        const holder = spawn(process.execPath, [script, choice.type, choice.url, "refresh"], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        try {
          await once(holder.stdout, "data");
          let isIn = false;
          const next = shared.exclusively("refresh", async () => {
            isIn = true;
          });
          // Long enough for another try, and one that nothing depends on.
          await new Promise((resolve) => setTimeout(resolve, 150));
          expect(isIn).toBe(false);
          holder.kill("SIGKILL");
          await world().outlive("refresh");
          await next;
          expect(isIn).toBe(true);
        } finally {
          holder.kill("SIGKILL");
        }
      });
    });
  });
};
