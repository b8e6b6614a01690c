import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../db.ts";
import { createServerQueries } from "./servers.ts";
import { createSignInQueries } from "./sign-ins.ts";

let directory: string;
let db: Db;
let serverId: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-sign-ins-"));
  db = createDb({ path: join(directory, "x.db") });
  serverId = createServerQueries(db).insert({
    name: "one",
    title: "One",
    config: { transport: "http", url: "https://x.example/mcp", headers: {}, secrets: {} },
    connections: "per_client",
  }).id;
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

const tokens = (id: string, issuer: string) => ({
  id,
  serverId,
  issuer,
  audience: "https://x.example/mcp",
  clientId: "client",
  account: null,
  accessToken: `sealed-access-${id}`,
  refreshToken: `sealed-refresh-${id}`,
  tokenType: "Bearer",
  scope: "read",
  expiresAt: null,
  wantedScope: null,
  refusal: null,
  refusedAt: null,
});

const registration = (id: string, issuer: string) => ({
  id,
  serverId,
  issuer,
  clientId: `client-${id}`,
  clientSecret: null,
  clientSecretExpiresAt: null,
  tokenEndpointAuthMethod: "none",
  registrationAccessToken: null,
  registrationClientUri: null,
  redirectUri: "http://127.0.0.1:1234/callback",
});

test("the tokens of a server are those that came last, of one authorization server", () => {
  const { tokens: table } = createSignInQueries(db);
  expect(table.ofServer(serverId)).toBeUndefined();
  table.put(tokens("a", "https://a.example"));
  table.put({ ...tokens("a", "https://a.example"), accessToken: "sealed-again" });
  expect(table.ofServer(serverId)).toMatchObject({ id: "a", accessToken: "sealed-again" });

  table.put(tokens("b", "https://b.example"));
  expect(table.ofServer(serverId)).toMatchObject({ id: "b", issuer: "https://b.example" });
  table.put(tokens("a", "https://a.example"));
  expect(table.ofServer(serverId)).toMatchObject({ id: "a" });
});

test("a refusal stays until there are new ones", () => {
  const { tokens: table } = createSignInQueries(db);
  table.put(tokens("a", "https://a.example"));
  table.update("a", { refusal: "it was withdrawn.", refusedAt: 5, refreshToken: null });
  expect(table.ofServer(serverId)).toMatchObject({
    refusal: "it was withdrawn.",
    refreshToken: null,
  });
  table.put(tokens("a", "https://a.example"));
  expect(table.ofServer(serverId)).toMatchObject({
    refusal: null,
    refreshToken: "sealed-refresh-a",
  });
});

test("registrations are kept by issuer, and go with their server", () => {
  const { tokens: table, registrations } = createSignInQueries(db);
  table.put(tokens("a", "https://a.example"));
  registrations.put(registration("1", "https://a.example"));
  registrations.put(registration("2", "https://b.example"));
  registrations.put({ ...registration("1", "https://a.example"), clientId: "later" });
  expect(registrations.get(serverId, "https://a.example")?.clientId).toBe("later");
  registrations.remove(serverId, "https://a.example");
  expect(registrations.ofServer(serverId).map(({ id }) => id)).toEqual(["2"]);

  createServerQueries(db).delete(serverId);
  expect(table.ofServer(serverId)).toBeUndefined();
  expect(registrations.ofServer(serverId)).toEqual([]);
});
