import { GatewayError } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { type SignInFacts, signInStatus } from "./sign-in-words.ts";
import type { TokenFacts } from "./token-store.ts";

const NOW = new Date(2026, 10, 21, 12, 0).getTime();
const at = (hours: number, minutes: number): number =>
  new Date(2026, 10, 21, hours, minutes).getTime();

const tokens = (changes: Partial<TokenFacts> = {}): TokenFacts => ({
  id: "1",
  issuer: "https://auth.example",
  audience: "https://x.example/mcp",
  clientId: "client",
  account: null,
  scopes: ["read"],
  wanted: [],
  expiresAt: at(14, 2),
  canRefresh: true,
  refusal: null,
  ...changes,
});

const statusOf = (changes: Partial<SignInFacts>) =>
  signInStatus(
    {
      tokens: null,
      isOwn: false,
      isRefreshing: false,
      problem: null,
      refusal: null,
      waiting: null,
      ...changes,
    },
    NOW,
  );

const away = new GatewayError("host_unreachable", {
  host: "auth.example",
  reason: "it answered with HTTP status 503.",
});
const full = new GatewayError("disk_full", { path: "x.db", reason: "disk full" });
const declined = new GatewayError("sign_in_refused", {
  host: "auth.example",
  server: "x",
  reason: "it was declined.",
});

describe("in words", () => {
  test.each([
    [{}, "signed_out", "Nobody has signed in yet."],
    [{ tokens: tokens() }, "signed_in", "Signed in until 14:02, renewed by itself."],
    [
      { tokens: tokens({ account: "ada@x.example", canRefresh: false }) },
      "signed_in",
      "Signed in as ada@x.example until 14:02.",
    ],
    [{ tokens: tokens({ expiresAt: null }) }, "signed_in", "Signed in."],
    [
      { tokens: tokens({ expiresAt: new Date(2026, 10, 23, 9, 5).getTime() }) },
      "signed_in",
      "Signed in until 23 Nov, 09:05, renewed by itself.",
    ],
    [{ tokens: tokens(), isRefreshing: true }, "refreshing", "Access is being renewed."],
    [
      { tokens: tokens(), problem: away },
      "signed_in",
      "Signed in until 14:02; renewing it has not worked yet: auth.example could not be asked: it answered with HTTP status 503. It is tried again.",
    ],
    [
      { tokens: tokens({ expiresAt: at(11, 59) }), problem: away },
      "signed_in",
      "Signed in until 11:59, which is over; renewing it has not worked yet: auth.example could not be asked: it answered with HTTP status 503. It is tried again.",
    ],
    [
      { tokens: tokens({ refusal: "auth.example refused to renew it: it was withdrawn." }) },
      "again",
      "Sign in again, because auth.example refused to renew it: it was withdrawn.",
    ],
    [
      { refusal: declined },
      "refused",
      "Refused, because auth.example refused the sign-in to “x”: it was declined.",
    ],
    [{ problem: away, isOwn: true }, "signed_out", `Not signed in: ${away.message}`],
    [{ refusal: away }, "signed_out", `Not signed in: ${away.message}`],
    [{ refusal: full }, "signed_out", `Not signed in: ${full.message}`],
  ] as const)("%j is %s: %s", (facts, state, message) => {
    expect(statusOf(facts)).toMatchObject({ state, message });
  });

  test("a person on the way is what counts, and a try that failed spoils nothing that works", () => {
    const waiting = {
      id: "1",
      way: "browser",
      host: "auth.example",
      startedAt: NOW,
      endsAt: at(12, 10),
    } as const;
    expect(statusOf({ tokens: tokens(), waiting })).toMatchObject({
      state: "waiting",
      message: "Waiting for the browser, at auth.example, until 12:10.",
      waiting,
    });
    expect(statusOf({ tokens: tokens(), refusal: declined }).state).toBe("signed_in");
  });

  test("what renews by itself is said only while it does", () => {
    expect(statusOf({ tokens: tokens() }).renews).toBe(true);
    expect(statusOf({ tokens: tokens({ canRefresh: false }) }).renews).toBe(false);
    expect(statusOf({ tokens: tokens({ canRefresh: false }), isOwn: true }).renews).toBe(true);
    expect(statusOf({ tokens: tokens({ refusal: "no." }) }).renews).toBe(false);
  });
});
