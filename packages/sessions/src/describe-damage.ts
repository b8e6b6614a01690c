import { describe, expect, test } from "vitest";
import { type Bench, clientSession, IDLE_MS, refusalOf, session, START } from "./test-kit.ts";

/** One damaged record costs only itself. */
export const describeDamage = (bench: () => Bench): void => {
  describe("damaged records", () => {
    const damage = (kind: "sign_in" | "client", sessionId: string, data: unknown) =>
      bench().store.rows.modify(kind, [sessionId], (row) => ({
        ...row,
        data: JSON.stringify(data),
      }));

    test("of sign-ins harm no other, and are told to who asks for them", async () => {
      const ids = ["a", "b", "c", "d"];
      for (const sessionId of ids) await bench().store.createSession(session({ sessionId }));
      const members = session({ sessionId: "b" });
      await damage("sign_in", "b", { slides: true, session: { ...members, active: "CANARY" } });
      await damage("sign_in", "c", { slides: true, session: members, sealed: "CANARY" });
      const read = await bench().store.getIdentitySessionsData("user-123");
      expect(read.map(({ sessionId }) => sessionId)).toEqual(["a", "d"]);
      expect(await bench().store.getIdentityMcpSessions("user-123")).toEqual(ids);
      expect((await bench().store.getAllSessionIds()).toSorted()).toEqual(ids);
      for (const id of ["b", "c"]) {
        const told: unknown = await bench()
          .store.getSession("user-123", id)
          .catch((error) => error);
        expect(told).toMatchObject({
          code: expect.stringMatching(/^(database|secret)_damaged$/),
        });
        expect(String(told)).not.toContain("CANARY");
      }
      expect((await bench().store.damagedIds()).toSorted()).toEqual(["b", "c"]);
      await bench().store.removeSession("user-123", "b");
      expect(await bench().store.damagedIds()).toEqual(["c"]);
    });

    test("of clients harm no other, and are told to who asks for them", async () => {
      for (const sessionId of ["a", "b", "c"]) {
        await bench().store.createClientSession(clientSession({ sessionId }));
      }
      const members = clientSession({ sessionId: "b" });
      await damage("client", "b", { ...members, lastSeenAt: "CANARY" });
      await bench().store.touch(new Map(["a", "b", "c"].map((id) => [id, START + 1])));
      const listed = await bench().store.listClientSessions();
      expect(listed.map(({ sessionId, lastSeenAt }) => [sessionId, lastSeenAt])).toEqual([
        ["a", START + 1],
        ["c", START + 1],
      ]);
      expect(await refusalOf(bench().store.getClientSession("b"))).toBe("database_damaged");
      expect(await bench().store.damagedIds()).toEqual(["b"]);
      bench().pass(IDLE_MS);
      expect(await bench().store.damagedIds()).toEqual([]);
      expect(await bench().store.cleanupExpiredSessions()).toBe(1);
      bench().pass(1);
      expect(await bench().store.cleanupExpiredSessions()).toBe(2);
    });
  });
};
