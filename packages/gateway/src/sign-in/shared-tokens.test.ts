import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb } from "@local-mcp/database";
import { MemoryStorageBackend } from "@local-mcp/sessions";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStores, type Stores } from "../stores.ts";
import { SharedTokens } from "./shared-tokens.ts";
import { type NewTokens, TokenStore } from "./token-store.ts";

let directory: string;
let stores: Stores;
let serverId: string;
let tokens: TokenStore;
let sessions: MemoryStorageBackend;
let shared: SharedTokens;
let isAway: boolean;

const plain = { seal: (text: string) => text, open: (text: string) => text };
const given = (accessToken: string): NewTokens => ({
  issuer: "https://as.example/",
  audience: null,
  clientId: null,
  account: null,
  scopes: [],
  expiresAt: null,
  accessToken,
  refreshToken: null,
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-shared-tokens-"));
  stores = createStores(createDb({ path: join(directory, "x.db") }));
  serverId = stores.servers.insert({
    name: "far",
    title: "Far",
    config: { transport: "http", url: "http://127.0.0.1:9/", headers: {}, secrets: {} },
    connections: "per_client",
  }).id;
  tokens = new TokenStore(stores, plain);
  sessions = new MemoryStorageBackend();
  isAway = false;
  shared = gateway();
});

function gateway(): SharedTokens {
  const other = {
    id: "other",
    name: "other",
    keyId: null,
    configurationHash: "",
    joinedAt: 1,
    seenAt: 1,
  };
  return new SharedTokens({
    stores,
    tokens,
    sessions,
    shared: {
      join: async () => {},
      leave: async () => {},
      members: async () => [other],
      publish: async () => {},
      listen: async () => {},
      exclusively: async (_name, work) => {
        if (isAway) throw new Error("the store is away");
        return work();
      },
    },
    selfId: "self",
    tell: () => {},
    onTaken: () => {},
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
}
afterEach(async () => {
  await shared.close();
  stores.db.close();
  rmSync(directory, { recursive: true });
});

const signIn = async (accessToken: string): Promise<void> => {
  tokens.save(serverId, "far", given(accessToken));
  await shared.signedIn(serverId);
};
const signOut = async (): Promise<void> => {
  tokens.revoke(serverId);
  await shared.signedOut(serverId);
};
const held = (): string | undefined => tokens.open(serverId, "far")?.accessToken;
const stored = () => sessions.getSession("gateway:sign-ins", `sign-in-${serverId}`);

test("a sign-out while the store is away is not undone when it is back", async () => {
  await signIn("first");
  isAway = true;
  await signOut();
  isAway = false;
  await shared.catchUp();
  expect(held()).toBeUndefined();
  expect((await stored())?.tokens).toMatchObject({ signed_out: true });
});

test("nor is it where the gateway ended before the store was back", async () => {
  await signIn("first");
  isAway = true;
  await signOut();
  await shared.close();
  isAway = false;
  shared = gateway();
  await shared.catchUp();
  expect(held()).toBeUndefined();
  expect((await stored())?.tokens).toMatchObject({ signed_out: true });
});

test("a sign-in while the store is away replaces the sign-out that is stored", async () => {
  await signOut();
  isAway = true;
  await signIn("second");
  isAway = false;
  await shared.takeOver(serverId);
  expect(held()).toBe("second");
  expect((await stored())?.tokens).toMatchObject({ access_token: "second" });
});

test("what could not be shared is when the gateway ends", async () => {
  await signIn("first");
  isAway = true;
  await signOut();
  isAway = false;
  await shared.close();
  expect((await stored())?.tokens).toMatchObject({ signed_out: true });
});

test("nothing is left in the store of a server that is removed, also while it was away", async () => {
  await signIn("first");
  isAway = true;
  await shared.removed(serverId);
  stores.servers.delete(serverId);
  isAway = false;
  await shared.close();
  expect(await stored()).toBeNull();
});

test("tokens are not taken back of a server that was moved", async () => {
  await signIn("first");
  tokens.forget(serverId);
  await shared.signedOut(serverId);
  await shared.catchUp();
  expect(held()).toBeUndefined();
});

test("nothing is left of a server at which nobody signs in any more", async () => {
  await signIn("first");
  stores.servers.update(serverId, {
    config: { transport: "stdio", command: "x", args: [], cwd: null, env: {}, secrets: {} },
  });
  await shared.signedOut(serverId);
  expect(await stored()).toBeNull();
});
