import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SessionData } from "./session-data.ts";
import { describeDamage } from "./describe-damage.ts";
import { describeLifetimes } from "./describe-lifetimes.ts";
import type { RecordStorage } from "./record-storage.ts";
import type { Bench, MakeBackend } from "./test-kit.ts";
import {
  benchOf,
  clientSession,
  HOUR,
  IDLE_MS,
  refusalOf,
  secretMembers,
  session,
  START,
} from "./test-kit.ts";

/** The rules of {@link StorageBackend}, run against a backend. */
export const describeBackend = (name: string, make: MakeBackend): void => {
  describe(`${name} as a store`, () => {
    let bench: Bench;
    let store: RecordStorage;
    beforeEach(async () => {
      bench = await benchOf(make);
      ({ store } = bench);
    });
    afterEach(() => bench.close());

    describe("ids", () => {
      test("are there at once: letters and digits, a letter first, never twice", () => {
        const ids = Array.from({ length: 1000 }, () => store.generateSessionId());
        expect(ids.filter((id) => !/^[A-Za-z][A-Za-z0-9]{11,}$/.test(id))).toEqual([]);
        expect(new Set(ids).size).toBe(1000);
      });

      test("are unique over both kinds, and open their own kind only", async () => {
        await store.createSession(session({ sessionId: "one" }));
        await store.createClientSession(clientSession({ sessionId: "two" }));
        expect(
          await refusalOf(store.createClientSession(clientSession({ sessionId: "one" }))),
        ).toBe("session_exists");
        expect(await refusalOf(store.createSession(session({ sessionId: "two" })))).toBe(
          "session_exists",
        );
        expect(await store.getClientSession("one")).toBeNull();
        expect(await store.getSession("user-123", "two")).toBeNull();
        expect(await refusalOf(store.updateClientSession("one", { logLevel: "info" }))).toBe(
          "session_not_found",
        );
        expect(await refusalOf(store.updateSession("user-123", "two", {}))).toBe(
          "sign_in_not_found",
        );
        await store.touch(new Map([["one", START + 1]]));
        await store.removeClientSession("one");
        await store.removeSession("user-123", "two");
        expect(await store.getAllSessionIds()).toEqual(["one"]);
        expect(await store.listClientSessions()).toHaveLength(1);
        await store.clearAll();
        expect(await store.getAllSessionIds()).toEqual([]);
        expect(await store.listClientSessions()).toHaveLength(1);
      });
    });

    describe("sign-ins", () => {
      test("come back as they were given, with and without the optional members", async () => {
        const { sessionId, identity, serverUrl, callbackUrl, transportType, active, createdAt } =
          session();
        const least = {
          sessionId,
          identity,
          serverUrl,
          callbackUrl,
          transportType,
          active,
          createdAt,
        };
        await store.createSession(least);
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(least);

        const most = session({ sessionId: "most", clientId: "client-1", ...secretMembers() });
        await store.createSession(most);
        expect(await store.getSession("user-123", "most")).toStrictEqual(most);
        expect(await store.getSession("user-123", "none")).toBeNull();
      });

      test("secrets in URLs come back too", async () => {
        const urls = session({
          serverUrl: "https://user:pass@mcp.example.com/?key=secret",
          callbackUrl: "https://app.com/callback#fragment",
        });
        await store.createSession(urls);
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(urls);
        await store.updateSession("user-123", "abc123", { serverUrl: "https://mcp.example.com" });
        expect(await store.getSession("user-123", "abc123")).toStrictEqual({
          ...urls,
          serverUrl: "https://mcp.example.com",
        });
      });

      test("a second one with the same id is refused and changes nothing", async () => {
        await store.createSession(session());
        for (const identity of ["user-123", "somebody else"]) {
          const again = store.createSession(session({ identity, active: false }));
          expect(await refusalOf(again)).toBe("session_exists");
        }
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
      });

      test("of 100 that are made with one id at once, one is", async () => {
        const results = await Promise.allSettled(
          Array.from({ length: 100 }, (_, index) =>
            store.createSession(session({ serverName: `Server ${index}` })),
          ),
        );
        expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        expect(await store.getIdentityMcpSessions("user-123")).toEqual(["abc123"]);
      });

      test("100 parallel updates are all kept", async () => {
        await store.createSession(session({ headers: {} }));
        await Promise.all(
          Array.from({ length: 100 }, async (_, index) => {
            const id = `extra-${index}`;
            await store.createSession(session({ sessionId: id }));
            await Promise.all([
              store.updateSession("user-123", id, { serverName: id }),
              store.updateSession("user-123", id, { tokens: { ...secretMembers().tokens } }),
              store.updateSession("user-123", id, { clientId: id }),
            ]);
          }),
        );
        const sessions = await store.getIdentitySessionsData("user-123");
        const updated = sessions.filter(
          ({ sessionId, serverName, clientId, tokens }) =>
            sessionId === serverName && sessionId === clientId && tokens?.scope === "tools",
        );
        expect(sessions).toHaveLength(101);
        expect(updated).toHaveLength(100);
      });

      test("100 parallel updates of one record are all kept", async () => {
        await store.createSession(session());
        await store.createClientSession(clientSession());
        const uris = Array.from({ length: 100 }, (_, index) => `file:///${index}`);
        await Promise.all([
          ...uris.map((uri) =>
            store.updateClientSession("client-1", ({ subscriptions }) => ({
              subscriptions: [...subscriptions, uri],
            })),
          ),
          store.updateSession("user-123", "abc123", { serverName: "one" }),
          store.updateSession("user-123", "abc123", { clientId: "two" }),
          store.updateSession("user-123", "abc123", { headers: { three: "3" } }),
          store.updateSession("user-123", "abc123", { active: false }),
        ]);
        const client = await store.getClientSession("client-1");
        expect(client?.subscriptions.toSorted()).toEqual(uris.toSorted());
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(
          session({ serverName: "one", clientId: "two", headers: { three: "3" }, active: false }),
        );
      });

      test("of changes of several records all are kept, or none", async () => {
        for (const sessionId of ["a", "b", "c"]) {
          await store.createClientSession(clientSession({ sessionId }));
        }
        const change = (fails: string) =>
          store.rows.modify("client", ["a", "b", "none", "c"], (row) => {
            if (row.sessionId === fails) throw new Error("no");
            return row.sessionId === "a" ? null : { ...row, subscriptions: ["file:///new"] };
          });
        const subscriptions = async () =>
          (await store.listClientSessions()).map((client) => client.subscriptions.length);
        await expect(change("c")).rejects.toThrow("no");
        expect(await subscriptions()).toEqual([0, 0, 0]);
        expect(await change("nothing")).toBe(2);
        expect(await subscriptions()).toEqual([0, 1, 1]);
      });

      test("an update merges; undefined clears; empty lists stay lists", async () => {
        await store.createSession(session(secretMembers()));
        await store.updateSession("user-123", "abc123", {
          active: false,
          serverName: undefined,
          codeVerifier: undefined,
          tokens: { access_token: "new", token_type: "Bearer", empty: [], none: undefined },
        });
        const { serverName: _, ...rest } = session();
        const { headers, clientInformation } = secretMembers();
        expect(await store.getSession("user-123", "abc123")).toStrictEqual({
          ...rest,
          headers,
          clientInformation,
          active: false,
          tokens: { access_token: "new", token_type: "Bearer", empty: [] },
        });
      });

      test("clearing the last secret leaves a session without any", async () => {
        await store.createSession(session({ codeVerifier: "verifier" }));
        await store.updateSession("user-123", "abc123", { codeVerifier: undefined });
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
      });

      test("what is not there cannot be updated, and can be removed", async () => {
        await store.createSession(session());
        for (const [identity, id] of [
          ["user-123", "another"],
          ["somebody else", "abc123"],
        ] as const) {
          expect(await refusalOf(store.updateSession(identity, id, { active: false }))).toBe(
            "sign_in_not_found",
          );
          await store.removeSession(identity, id);
        }
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
        await store.removeSession("user-123", "abc123");
        expect(await store.getSession("user-123", "abc123")).toBeNull();
        expect(await refusalOf(store.updateSession("user-123", "abc123", {}))).toBe(
          "sign_in_not_found",
        );
      });

      test("neither what was given nor what was returned is what is stored", async () => {
        const given = session(secretMembers());
        await store.createSession(given);
        given.active = false;
        given.headers!["Authorization"] = "changed";
        given.tokens!.access_token = "changed";
        const first = await store.getSession("user-123", "abc123");
        expect(first).toStrictEqual(session(secretMembers()));
        first!.headers!["Authorization"] = "changed";
        const [listed] = await store.getIdentitySessionsData("user-123");
        listed!.tokens!.access_token = "changed";
        const changes = { headers: { "X-Key": "one" } };
        await store.updateSession("user-123", "abc123", changes);
        changes.headers["X-Key"] = "changed";
        expect(await store.getSession("user-123", "abc123")).toStrictEqual(
          session({ ...secretMembers(), headers: { "X-Key": "one" } }),
        );
      });

      test("identities and ids may hold any character, and do not run together", async () => {
        const pairs = [
          ["a", "b:c"],
          ["a:b", "c"],
          ["a:", "bc"],
          [":", ":"],
          ["ü 💡 % _ *", "' OR 1=1 --"],
          ["__proto__", "constructor"],
        ] as const;
        for (const [identity, sessionId] of pairs) {
          await store.createSession(session({ identity, sessionId }));
        }
        for (const [identity, sessionId] of pairs) {
          expect(await store.getIdentityMcpSessions(identity)).toEqual([sessionId]);
          expect(await store.getSession(identity, sessionId)).toMatchObject({
            identity,
            sessionId,
          });
        }
        expect(await store.getSession("a", "c")).toBeNull();
        expect(await store.getIdentityMcpSessions("%")).toEqual([]);
        expect((await store.getAllSessionIds()).toSorted()).toEqual(
          pairs.map(([, id]) => id).toSorted(),
        );
      });

      test("ids that no engine keeps as they are, are refused, and are nobody's", async () => {
        await store.createSession(session({ sessionId: "\ufffd", identity: "\ufffd" }));
        await store.createClientSession(clientSession({ sessionId: "\ufffd!" }));
        for (const wrong of ["\ud800", "\udc00", "\ufffd\ud800", "\0"]) {
          const refused = [
            store.createSession(session({ sessionId: wrong })),
            store.createSession(session({ identity: wrong })),
            store.createClientSession(clientSession({ sessionId: wrong })),
          ];
          for (const each of refused) {
            await expect(each).rejects.toMatchObject({
              code: "validation_failed",
              message: expect.stringContaining("use another"),
            });
          }
          expect(await store.getSession("\ufffd", wrong)).toBeNull();
          expect(await store.getSession(wrong, "\ufffd")).toBeNull();
          expect(await refusalOf(store.updateSession("\ufffd", wrong, {}))).toBe(
            "sign_in_not_found",
          );
          await store.removeSession("\ufffd", wrong);
          await store.removeSession(wrong, "\ufffd");
          expect(await store.getIdentityMcpSessions(wrong)).toEqual([]);
          expect(await store.getIdentitySessionsData(wrong)).toEqual([]);
          expect(await store.getClientSession(`${wrong}!`)).toBeNull();
          expect(await refusalOf(store.updateClientSession(`${wrong}!`, {}))).toBe(
            "session_not_found",
          );
          await store.touch(new Map([[`${wrong}!`, START + 1]]));
          await store.removeClientSession(`${wrong}!`);
        }
        expect(await store.getAllSessionIds()).toEqual(["\ufffd"]);
        expect(await store.listClientSessions()).toStrictEqual([
          clientSession({ sessionId: "\ufffd!" }),
        ]);
      });

      test("are listed per identity, oldest first", async () => {
        await store.createSession(session({ sessionId: "c", createdAt: START + 1 }));
        await store.createSession(session({ sessionId: "b", createdAt: START + 2 }));
        await store.createSession(session({ sessionId: "a", createdAt: START + 2 }));
        await store.createSession(session({ sessionId: "d", createdAt: START }));
        await store.createSession(session({ sessionId: "x", identity: "somebody else" }));
        expect(await store.getIdentityMcpSessions("user-123")).toEqual(["d", "c", "a", "b"]);
        const sessions = await store.getIdentitySessionsData("user-123");
        expect(sessions.map(({ sessionId }) => sessionId)).toEqual(["d", "c", "a", "b"]);
        expect(await store.getIdentitySessionsData("nobody")).toEqual([]);
      });

      test("what does not fit is refused by name, without its values", async () => {
        const { identity: _, ...unowned } = session();
        const wrong: [member: string, given: SessionData][] = [
          ["identity", unowned],
          ["identity", session({ identity: "" })],
          ["sessionId", session({ sessionId: "" })],
          ["createdAt", session({ createdAt: 0.5 })],
          ["codeVerifeir", Object.assign(session(), { codeVerifeir: "CANARY" })],
          ["transportType", Object.assign(session(), { transportType: "CANARY" })],
          [
            "tokens",
            Object.assign(session(), { tokens: { access_token: 5, token_type: "CANARY" } }),
          ],
          ["headers", Object.assign(session(), { headers: ["CANARY"] })],
        ];
        for (const [member, given] of wrong) {
          const refused = await store.createSession(given).catch((error: unknown) => error);
          expect(refused).toMatchObject({ code: "validation_failed" });
          expect(String(refused)).toContain(member);
          expect(String(refused)).not.toContain("CANARY");
        }
        expect(await store.getAllSessionIds()).toEqual([]);

        await store.createSession(session());
        for (const changes of [
          { sessionId: "another" },
          { identity: "somebody else" },
          { identity: undefined },
          { serverUrl: undefined },
        ]) {
          expect(await refusalOf(store.updateSession("user-123", "abc123", changes))).toBe(
            "validation_failed",
          );
        }
        for (const ttl of [0, -1, NaN, Infinity]) {
          expect(await refusalOf(store.createSession(session({ sessionId: "ttl" }), ttl))).toBe(
            "validation_failed",
          );
          expect(await refusalOf(store.updateSession("user-123", "abc123", {}, ttl))).toBe(
            "validation_failed",
          );
        }
        expect(await store.getIdentitySessionsData("user-123")).toStrictEqual([session()]);
      });
    });

    describeLifetimes(() => bench);

    describeDamage(() => bench);

    describe("client sessions", () => {
      test("come back as they were given, and as they were updated", async () => {
        await store.createClientSession(clientSession());
        expect(await store.getClientSession("client-1")).toStrictEqual(clientSession());
        const changes = { logLevel: "debug", subscriptions: ["file:///a", "file:///b"] };
        await store.updateClientSession("client-1", changes);
        changes.subscriptions.push("file:///c");
        const expected = clientSession({
          logLevel: "debug",
          subscriptions: ["file:///a", "file:///b"],
        });
        expect(await store.getClientSession("client-1")).toStrictEqual(expected);
        await store.updateClientSession("client-1", { logLevel: null, subscriptions: [] });
        expect(await store.listClientSessions()).toStrictEqual([clientSession()]);

        const anonymous = clientSession({ sessionId: "anonymous", profileId: null, tokenId: null });
        await store.createClientSession(anonymous);
        expect(await store.getClientSession("anonymous")).toStrictEqual(anonymous);
      });

      test("are made once, and updated only where they are", async () => {
        await store.createClientSession(clientSession());
        const again = store.createClientSession(clientSession({ logLevel: "debug" }));
        expect(await refusalOf(again)).toBe("session_exists");
        expect(await refusalOf(store.updateClientSession("none", { logLevel: "debug" }))).toBe(
          "session_not_found",
        );
        for (const changes of [{ sessionId: "another" }, { subscriptions: undefined }]) {
          expect(await refusalOf(store.updateClientSession("client-1", changes))).toBe(
            "validation_failed",
          );
        }
        expect(await store.getClientSession("client-1")).toStrictEqual(clientSession());
        await store.removeClientSession("client-1");
        await store.removeClientSession("client-1");
        expect(await store.getClientSession("client-1")).toBeNull();
        expect(await store.listClientSessions()).toEqual([]);
      });

      test("are seen many at once, never earlier than before, and only where they are", async () => {
        const ids = Array.from({ length: 100 }, (_, index) => `client-${index}`);
        for (const sessionId of ids) await store.createClientSession(clientSession({ sessionId }));
        bench.pass(HOUR / 2);
        const seen = new Map(ids.slice(1).map((id, index) => [id, START + index + 1]));
        await store.touch(new Map([...seen, ["none", START + 1]]));
        await store.touch(new Map([["client-7", START]]));
        const listed = await store.listClientSessions();
        expect(new Map(listed.map((client) => [client.sessionId, client.lastSeenAt]))).toEqual(
          new Map([["client-0", START], ...seen]),
        );
        expect(await store.getClientSession("none")).toBeNull();
      });

      test("end a while after they were last seen, and are not revived", async () => {
        await store.createClientSession(clientSession());
        bench.pass(IDLE_MS - 1);
        await store.touch(new Map([["client-1", START + IDLE_MS - 1]]));
        bench.pass(IDLE_MS - 1);
        expect(await store.getClientSession("client-1")).not.toBeNull();
        bench.pass(1);
        expect(await store.getClientSession("client-1")).toBeNull();
        expect(await store.listClientSessions()).toEqual([]);
        await store.touch(new Map([["client-1", START + 2 * IDLE_MS]]));
        expect(await refusalOf(store.updateClientSession("client-1", {}))).toBe(
          "session_not_found",
        );
        expect(await store.getClientSession("client-1")).toBeNull();
        await store.createClientSession(clientSession({ lastSeenAt: START + 2 * IDLE_MS }));
        expect(await store.getClientSession("client-1")).not.toBeNull();
      });
    });
  });
};
