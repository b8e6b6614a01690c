import { beforeEach, describe, expect, test } from "vitest";
import type { RecordStorage } from "./record-storage.ts";
import {
  type Bench,
  clientSession,
  HOUR,
  IDLE_MS,
  refusalOf,
  secretMembers,
  session,
  START,
} from "./test-kit.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long sessions live, run against the fresh backend that each test has. */
export const describeLifetimes = (current: () => Bench): void => {
  describe("time to live", () => {
    let bench: Bench;
    let store: RecordStorage;
    beforeEach(() => {
      bench = current();
      ({ store } = bench);
    });

    /** What every method still tells of the session. */
    const traces = async () => [
      await store.getSession("user-123", "abc123"),
      await store.getIdentityMcpSessions("user-123"),
      await store.getIdentitySessionsData("user-123"),
      await store.getAllSessionIds(),
      await refusalOf(store.updateSession("user-123", "abc123", {})),
    ];
    const NONE = [null, [], [], [], "sign_in_not_found"];

    test("a fixed time ends when it was said to, however often it is read", async () => {
      await store.createSession(session(), 600);
      for (let second = 0; second < 599; second += 100) {
        expect(await store.getSession("user-123", "abc123")).not.toBeNull();
        bench.pass(100 * SECOND);
        if (second === 500) bench.pass(-1);
      }
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(1);
      expect(await traces()).toEqual(NONE);
    });

    test("an update keeps the remaining time, unless it brings its own", async () => {
      await store.createSession(session(), 600);
      bench.pass(599 * SECOND);
      await store.updateSession("user-123", "abc123", { active: false });
      bench.pass(SECOND - 1);
      expect(await store.getSession("user-123", "abc123")).toMatchObject({ active: false });
      await store.updateSession("user-123", "abc123", {}, 60);
      bench.pass(59 * SECOND);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(SECOND);
      expect(await traces()).toEqual(NONE);
    });

    test("by default it is twelve hours from the last read", async () => {
      await store.createSession(session());
      bench.pass(12 * HOUR - 1);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(12 * HOUR - 1);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(12 * HOUR);
      expect(await traces()).toEqual(NONE);
    });

    test("a session with tokens does not end by itself, nor does one that gets them", async () => {
      const { tokens } = secretMembers();
      const YEAR = 365 * 24 * HOUR;
      await store.createSession(session({ sessionId: "signed-in", tokens }));
      await store.createSession(session());
      bench.pass(HOUR);
      await store.updateSession("user-123", "abc123", { tokens });
      bench.pass(YEAR);
      expect(await store.cleanupExpiredSessions()).toBe(0);
      expect(await store.getIdentityMcpSessions("user-123")).toEqual(["abc123", "signed-in"]);
      expect(await store.getSession("user-123", "abc123")).toStrictEqual(session({ tokens }));
      await store.updateSession("user-123", "abc123", { active: false });
      bench.pass(YEAR);
      await store.updateSession("user-123", "abc123", { tokens: undefined });
      bench.pass(12 * HOUR - 1);
      expect(await store.getAllSessionIds()).toHaveLength(2);
      bench.pass(1);
      expect(await traces()).toEqual([
        null,
        ["signed-in"],
        [expect.anything()],
        ["signed-in"],
        NONE[4],
      ]);
    });

    test("a session with tokens ends when it was said to", async () => {
      const { tokens } = secretMembers();
      await store.createSession(session({ tokens }), 600);
      await store.updateSession("user-123", "abc123", { tokens: { ...tokens, scope: "new" } });
      bench.pass(600 * SECOND - 1);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(1);
      expect(await traces()).toEqual(NONE);
    });

    test("a clock that jumps forth and back ends nothing before its time", async () => {
      await store.createSession(session(), 600);
      bench.pass(700 * SECOND);
      expect(await traces()).toEqual(NONE);
      bench.pass(-700 * SECOND - HOUR);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      await store.updateSession("user-123", "abc123", { active: false });
      bench.pass(HOUR + 599 * SECOND);
      expect(await store.getSession("user-123", "abc123")).toMatchObject({ active: false });
      bench.pass(SECOND);
      expect(await traces()).toEqual(NONE);
      expect(await store.cleanupExpiredSessions()).toBe(1);
    });

    test("reads within a minute do not renew it again", async () => {
      await store.createSession(session());
      bench.pass(MINUTE - 1);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(12 * HOUR - MINUTE);
      expect(await store.getAllSessionIds()).toEqual(["abc123"]);
      bench.pass(1);
      expect(await traces()).toEqual(NONE);
    });

    test("neither listing nor updating keeps a session alive", async () => {
      await store.createSession(session());
      bench.pass(11 * HOUR);
      await store.getIdentitySessionsData("user-123");
      await store.updateSession("user-123", "abc123", { active: false });
      bench.pass(HOUR - 1);
      expect(await store.getAllSessionIds()).toEqual(["abc123"]);
      bench.pass(1);
      expect(await traces()).toEqual(NONE);
    });

    test("a time given later ends the sliding", async () => {
      await store.createSession(session());
      await store.updateSession("user-123", "abc123", {}, 60);
      bench.pass(59 * SECOND);
      expect(await store.getSession("user-123", "abc123")).not.toBeNull();
      bench.pass(SECOND);
      expect(await traces()).toEqual(NONE);
    });

    test("the id of an expired session is free again", async () => {
      await store.createSession(session(), 60);
      bench.pass(60 * SECOND);
      await store.createSession(session({ identity: "somebody else" }));
      expect(await store.getSession("user-123", "abc123")).toBeNull();
      expect(await store.getSession("somebody else", "abc123")).not.toBeNull();
      expect(await store.cleanupExpiredSessions()).toBe(0);
    });

    test("cleaning up removes the expired of both kinds, and nothing else", async () => {
      await store.createSession(session({ sessionId: "short" }), 60);
      await store.createSession(session({ sessionId: "long" }));
      await store.createClientSession(clientSession({ sessionId: "idle" }));
      await store.createClientSession(clientSession({ sessionId: "busy" }));
      bench.pass(IDLE_MS / 2);
      await store.touch(new Map([["busy", START + IDLE_MS / 2]]));
      bench.pass(IDLE_MS / 2);
      expect(await store.cleanupExpiredSessions()).toBe(2);
      expect(await store.cleanupExpiredSessions()).toBe(0);
      expect(await store.getAllSessionIds()).toEqual(["long"]);
      expect(await store.listClientSessions()).toMatchObject([{ sessionId: "busy" }]);
    });
  });
};
