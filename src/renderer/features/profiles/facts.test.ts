import type { ClientView, TokenView } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { clientsOf, moved, readiness, tokensOf } from "./facts.ts";
import { aServer } from "../servers/servers.fixture.ts";
import { aboutTokens, deletionText, readyText, roundly } from "./texts.ts";

const client = (id: string, profile: string, active = true): ClientView => ({
  id,
  name: id,
  version: null,
  era: "legacy",
  profile,
  tokenId: null,
  tokenName: null,
  connectedAt: 0,
  lastSeenAt: 0,
  active,
  listed: null,
  firstCall: null,
  calls: 0,
  lastCallAt: null,
});

test("a server that rests until it is called is as good as one that runs", () => {
  const ids = (["ready", "idle", "retrying", "off"] as const).map((state) =>
    aServer({ name: state, status: { state } }),
  );
  const profile = { servers: ids.map(({ id, name }) => ({ id, name, enabled: true })) };
  expect(readiness(profile, ids)).toEqual({ ready: 2, total: 4 });
  expect(readiness(profile, [])).toEqual({ ready: 0, total: 4 });
});

test("only those connected now are clients of a profile", () => {
  const clients = [client("a", "dev"), client("b", "dev", false), client("c", "writing")];
  expect(clientsOf({ slug: "dev" }, clients).map(({ id }) => id)).toEqual(["a"]);
});

test("a switch moved those that were seen on both sides of it", () => {
  const before = [client("a", "dev"), client("b", "dev"), client("c", "dev", false)];
  const after = [client("a", "writing"), client("b", "dev"), client("c", "writing")];
  expect(moved(before, after)).toBe(1);
  expect(moved(before, [])).toBe(0);
});

test("tokens for every profile outlive one profile", () => {
  const token = (id: string, profile: string | null): TokenView => ({
    id,
    name: id,
    hint: "lmg_…4f2a",
    profile,
    rights: ["use"],
    createdAt: 0,
    lastUsedAt: null,
  });
  const tokens = [token("a", "dev"), token("b", null), token("c", "writing")];
  expect(tokensOf({ slug: "dev" }, tokens).map(({ id }) => id)).toEqual(["a"]);
});

test("a deletion says who is cut off, with real plurals", () => {
  expect(deletionText(2, 1)).toBe(
    "2 clients use its URL and will get “not found”. Its 1 token is revoked.",
  );
  expect(deletionText(1, 3)).toBe(
    "1 client uses its URL and will get “not found”. Its 3 tokens are revoked.",
  );
  expect(deletionText(0, 0)).toBe("No connected client uses it. Its URL will answer “not found”.");
});

test.each([
  [0, 0],
  [7, 7],
  [94, 90],
  [313, 310],
  [6234, 6200],
  [12_345, 12_000],
])("an estimate of %i is shown as %i", (exact, shown) => {
  expect(roundly(exact)).toBe(shown);
  expect(aboutTokens(exact)).toBe(`≈ ${shown.toLocaleString()}`);
});

test("a profile without servers has none ready", () => {
  expect(readyText({ ready: 0, total: 0 })).toBe("none");
  expect(readyText({ ready: 3, total: 4 })).toBe("3/4");
});
