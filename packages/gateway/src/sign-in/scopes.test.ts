import { expect, it } from "vitest";
import { type ScopeChoice, selectScopes } from "./scopes.ts";

const scopes = (change: Partial<ScopeChoice>, supported?: string[]): string[] =>
  selectScopes({
    configured: null,
    challenge: {},
    resourceScopes: null,
    authorizationServer: { issuer: "https://a.example", scopes_supported: supported },
    granted: [],
    wanted: [],
    extra: [],
    ...change,
  });

it("what a person configured counts, then what is asked for, then what the server lists", () => {
  const resourceScopes = ["list:a", "list:b"];
  const challenge = { scope: "ask:a  ask:b ask:a" };
  expect(scopes({ configured: ["own"], challenge, resourceScopes })).toEqual(["own"]);
  expect(scopes({ challenge, resourceScopes })).toEqual(["ask:a", "ask:b"]);
  expect(scopes({ challenge: { scope: " " }, resourceScopes })).toEqual(["list:a", "list:b"]);
  expect(scopes({})).toEqual([]);
});

it("more is asked for together with what there is", () => {
  const before = { granted: ["a", "b"], wanted: ["c"], extra: ["d", "a"] };
  expect(scopes({ ...before, resourceScopes: ["a"] })).toEqual(["a", "b", "c", "d"]);
  expect(scopes({ ...before, configured: ["x"] })).toEqual(["x", "a", "b", "c", "d"]);
  expect(scopes({ ...before, challenge: { scope: "c" } })).toEqual(["c", "a", "b", "d"]);
});

it("what was granted is asked for again, unless a person chose otherwise or nobody asked", () => {
  expect(scopes({ granted: ["a", "b"], challenge: { scope: "a" } })).toEqual(["a", "b"]);
  expect(scopes({ granted: ["a", "b"], configured: ["a"] })).toEqual(["a"]);
  expect(scopes({ granted: ["a", "b"] })).toEqual([]);
  expect(scopes({ granted: ["a", "b"], resourceScopes: ["a", "b", "admin"] })).toEqual(["a", "b"]);
});

it("access without the person is asked for where it is offered and of use", () => {
  const challenge = { scope: "a" };
  expect(scopes({ challenge }, ["a", "offline_access"])).toEqual(["a", "offline_access"]);
  expect(scopes({ challenge }, ["a"])).toEqual(["a"]);
  expect(scopes({ challenge, renews: false }, ["a", "offline_access"])).toEqual(["a"]);
  // What is left to the authorization server stays so.
  expect(scopes({}, ["offline_access"])).toEqual([]);
});

it("what is no scope is not asked for", () => {
  expect(scopes({ challenge: { scope: 'a "b" c\\d é' }, extra: ["e f", "g"] })).toEqual(["a", "g"]);
});
