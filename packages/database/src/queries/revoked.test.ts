import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDb, useTempDir } from "../test-kit.ts";
import { createProfileQueries } from "./profiles.ts";
import { createRevokedQueries } from "./revoked.ts";
import { createServerQueries } from "./servers.ts";
import { createSignInQueries } from "./sign-ins.ts";
import { createTokenQueries } from "./tokens.ts";

const NOW = 1_800_000_000_000;

const dir = useTempDir();
const db = useDb(() => dir("x.db"));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

const revoked = () =>
  createRevokedQueries(db())
    .list()
    .map(({ kind, subjectId, revokedAt }) => `${kind} ${subjectId} ${revokedAt - NOW}`);

const addToken = (id: string, profileId: string | null): void => {
  createTokenQueries(db()).insert({
    id,
    name: id,
    tokenHash: id,
    hint: "abcd",
    profileId,
    rights: ["use"],
  });
};

const addServer = (id: string): void => {
  createServerQueries(db()).insert({
    id,
    name: id,
    title: id,
    config: { transport: "http", url: "https://x.example/mcp", headers: {}, secrets: {} },
    connections: "shared",
  });
};

const signIn = (serverId: string): void =>
  createSignInQueries(db()).tokens.put({
    id: `tokens-${serverId}`,
    serverId,
    issuer: "https://as.example",
    audience: null,
    clientId: null,
    account: null,
    accessToken: "sealed",
    refreshToken: null,
    tokenType: "Bearer",
    scope: null,
    expiresAt: null,
    wantedScope: null,
    refusal: null,
    refusedAt: null,
  });

test("a token that is revoked is remembered, one that never was is not", () => {
  addToken("a", null);
  expect(createTokenQueries(db()).delete("a")).toBe(true);
  expect(createTokenQueries(db()).delete("b")).toBe(false);
  expect(revoked()).toEqual(["access_token a 0"]);
});

test("the tokens of a profile are revoked with it, and no others", () => {
  const profiles = createProfileQueries(db());
  for (const id of ["p", "q"]) profiles.insert({ id, slug: id, name: id });
  addToken("of-p", "p");
  addToken("of-q", "q");
  addToken("of-all", null);
  expect(profiles.delete("p")).toBe(true);
  expect(revoked()).toEqual(["access_token of-p 0"]);
});

test("who signs out is remembered, with when it was last; a server that moves is not", () => {
  const { tokens } = createSignInQueries(db());
  for (const id of ["out", "moved", "never"]) addServer(id);
  for (const id of ["out", "moved"]) signIn(id);
  tokens.revoke("out");
  tokens.remove("moved");
  tokens.revoke("never");
  expect(revoked()).toEqual(["sign_in out 0"]);
  signIn("out");
  vi.setSystemTime(NOW + 5);
  tokens.revoke("out");
  expect(revoked()).toEqual(["sign_in out 5"]);
  expect(tokens.ofServer("out")).toBeUndefined();
});

test("a server takes its sign-in along, where it has one", () => {
  const servers = createServerQueries(db());
  for (const id of ["signed-in", "without"]) addServer(id);
  signIn("signed-in");
  servers.delete("signed-in");
  servers.delete("without");
  expect(revoked()).toEqual(["sign_in signed-in 0"]);
});

test("it is one write: where access cannot be taken back, nothing says that it was", () => {
  addToken("a", null);
  expect(() =>
    db().transaction(() => {
      createTokenQueries(db()).delete("a");
      throw new Error("disk full");
    }),
  ).toThrow("disk full");
  expect(revoked()).toEqual([]);
  expect(createTokenQueries(db()).get("a")).toBeDefined();
});
