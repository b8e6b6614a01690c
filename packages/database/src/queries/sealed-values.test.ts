import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../db.ts";
import {
  mcpServers,
  mcpSessions,
  oauthClientRegistrations,
  oauthTokens,
  vaultSecrets,
} from "../schema.ts";
import { createSealedValueQueries } from "./sealed-values.ts";

let dir: string;
let db: Db;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sealed-values-"));
  db = createDb({ path: join(dir, "test.db") });
  db.insert(mcpServers)
    .values({
      id: "server",
      name: "server",
      title: "Server",
      transport: "http",
      config: { transport: "http", url: "https://a.example", secrets: {}, headers: {} },
      connections: "shared",
    })
    .run();
  const owned = { ownerTable: "mcp_servers", ownerId: "server" };
  db.insert(vaultSecrets)
    .values([
      { id: "s1", ...owned, name: "a", sealed: "v1.old.1" },
      { id: "s2", ...owned, name: "b", sealed: "v1.new.2" },
    ])
    .run();
  const issued = { serverId: "server", issuer: "https://as.example" };
  db.insert(oauthTokens)
    .values({ id: "t1", ...issued, accessToken: "v1.old.3", refreshToken: null })
    .run();
  db.insert(oauthClientRegistrations)
    .values({ id: "r1", ...issued, clientId: "c", registrationAccessToken: "v1.old.4" })
    .run();
  const data = (sealed?: string) => JSON.stringify({ slides: true, session: { n: 1.5 }, sealed });
  db.insert(mcpSessions)
    .values([
      { sessionId: "m1", kind: "sign_in", identity: "i", data: data("v1.old.5"), expiresAt: null },
      { sessionId: "m2", kind: "sign_in", identity: "i", data: data(), expiresAt: null },
    ])
    .run();
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true });
});

const place = (table: string, column: string, row: string) => ({ table, column, row });

test("finds what one key sealed in every place that the registry names", () => {
  const values = createSealedValueQueries(db);
  expect(values.count()).toBe(5);
  expect(
    values.beginningWith("v1.old.").toSorted((a, b) => a.sealed.localeCompare(b.sealed)),
  ).toEqual([
    { place: place("vault_secrets", "sealed", "s1"), sealed: "v1.old.1" },
    { place: place("oauth_tokens", "access_token", "t1"), sealed: "v1.old.3" },
    {
      place: place("oauth_client_registrations", "registration_access_token", "r1"),
      sealed: "v1.old.4",
    },
    { place: place("mcp_sessions", "data", "m1"), sealed: "v1.old.5" },
  ]);
  expect(values.beginningWith("v1.ol.")).toEqual([]);
});

test("replaces each where it is, and nothing that has changed meanwhile", () => {
  const values = createSealedValueQueries(db);
  const found = values.beginningWith("v1.old.");
  db.update(oauthTokens).set({ accessToken: "v1.new.9" }).run();
  for (const value of found) values.replace(value, value.sealed.replace("old", "new"));
  expect(values.beginningWith("v1.old.")).toEqual([]);
  expect(db.select().from(oauthTokens).get()?.accessToken).toBe("v1.new.9");
  expect(db.select().from(vaultSecrets).all()).toMatchObject([
    { id: "s1", sealed: "v1.new.1" },
    { id: "s2", sealed: "v1.new.2" },
  ]);
  const sessions = db.select().from(mcpSessions).orderBy(mcpSessions.sessionId).all();
  expect(sessions.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
    { slides: true, session: { n: 1.5 }, sealed: "v1.new.5" },
    { slides: true, session: { n: 1.5 } },
  ]);
  expect(() => {
    values.replace({ place: place("settings", "value", "x"), sealed: "" }, "");
  }).toThrow("settings.value is not sealed");
});

test("forgets what is nothing without its secret, and keeps the rest", () => {
  const values = createSealedValueQueries(db);
  values.forget();
  expect(values.count()).toBe(0);
  expect(db.select().from(mcpServers).all()).toHaveLength(1);
  expect(db.select().from(mcpSessions).all()).toMatchObject([{ sessionId: "m2" }]);
});
