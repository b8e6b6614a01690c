import { MemoryStorageBackend } from "@local-mcp/sessions";
import { describe, expect, test } from "vitest";
import { RevokedTokens } from "./revoked-tokens.ts";

/** A gateway on a store, where some tokens cannot be revoked for now. */
class Gateway {
  readonly revoked: string[] = [];
  readonly said: string[] = [];
  readonly stuck = new Set<string>();
  readonly tokens: RevokedTokens;

  constructor(sessions: MemoryStorageBackend, revokedHere: string[] = []) {
    const say = (text: string): void => void this.said.push(text);
    this.tokens = new RevokedTokens({
      sessions,
      revokedHere,
      revoke: async (tokenId) => {
        if (this.stuck.has(tokenId)) throw new Error("the store is away");
        this.revoked.push(tokenId);
      },
      log: { info: say, warn: say, error: say },
    });
  }
}

describe("tokens that were revoked at another gateway", () => {
  test("one that cannot be revoked keeps no other from it, and is tried again", async () => {
    const sessions = new MemoryStorageBackend();
    const there = new Gateway(sessions);
    for (const tokenId of ["a", "b", "c"]) await there.tokens.add(tokenId);

    const here = new Gateway(sessions);
    here.stuck.add("a").add("b");
    await here.tokens.catchUp();
    expect(here.revoked).toEqual(["c"]);
    expect(here.said).toHaveLength(2);

    here.stuck.clear();
    await here.tokens.catchUp();
    expect(here.revoked.toSorted()).toEqual(["a", "b", "c"]);
  });

  test("one is told at the next start where the process ended before it could be", async () => {
    const sessions = new MemoryStorageBackend();
    await new Gateway(sessions, ["a"]).tokens.catchUp();
    const here = new Gateway(sessions);
    await here.tokens.catchUp();
    expect(here.revoked).toEqual(["a"]);
  });

  test("one that was heard of and could not be revoked is revoked at the next catch-up", async () => {
    const sessions = new MemoryStorageBackend();
    await new Gateway(sessions).tokens.add("a");
    const here = new Gateway(sessions);
    here.stuck.add("a");
    await expect(here.tokens.revoke("a")).rejects.toThrow("the store is away");
    here.stuck.clear();
    await here.tokens.catchUp();
    expect(here.revoked).toEqual(["a"]);
    await here.tokens.revoke("a");
    expect(here.revoked).toEqual(["a"]);
  });
});
