import type { ServerView, TokenView } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { isFirstUse, startSummary, stepsDone } from "./setup.ts";
import { clientOf, serverViewOf } from "./test-kit.ts";

const STARTED = 1000;
const called = clientOf({ firstCall: { at: 2000, tool: "echo", durationMs: 1, ok: true } });
const token = (changes: Partial<TokenView> = {}): TokenView => ({
  id: "t1",
  name: "Cursor",
  hint: "lmg_…4f2a",
  profile: null,
  rights: ["use"],
  createdAt: 0,
  lastUsedAt: null,
  ...changes,
});

describe("the first use", () => {
  const facts = {
    servers: [serverViewOf("a", "ready")],
    clients: [],
    tokens: [],
    startedAt: STARTED,
  };

  it("lasts until there is a server and somebody has called a tool", () => {
    expect(isFirstUse({ ...facts, servers: [] })).toBe(true);
    expect(isFirstUse(facts)).toBe(true);
    expect(isFirstUse({ ...facts, clients: [clientOf()] })).toBe(true);
    expect(isFirstUse({ ...facts, clients: [called] })).toBe(false);
    expect(isFirstUse({ ...facts, servers: [], clients: [called] })).toBe(true);
  });

  it("is over where a client was here before this start", () => {
    const tokens = (changes: Partial<TokenView>) => [token(changes)];
    expect(isFirstUse({ ...facts, tokens: tokens({ lastUsedAt: STARTED - 1 }) })).toBe(false);
    // Since this start, what a client did is known itself: it connected, and has not called yet.
    expect(isFirstUse({ ...facts, tokens: tokens({ lastUsedAt: STARTED + 1 }) })).toBe(true);
    expect(
      isFirstUse({ ...facts, tokens: tokens({ lastUsedAt: STARTED - 1, rights: ["manage"] }) }),
    ).toBe(true);
  });
});

describe("the steps", () => {
  it("are done one by one", () => {
    expect(stepsDone([], [])).toEqual({ add: false, start: false, connect: false });
    expect(stepsDone([serverViewOf("a", "starting")], [])).toMatchObject({
      add: true,
      start: false,
    });
    expect(stepsDone([serverViewOf("a", "ready")], [clientOf()])).toEqual({
      add: true,
      start: true,
      connect: false,
    });
    expect(stepsDone([serverViewOf("a", "idle")], [called]).connect).toBe(true);
  });

  it("do not wait for a server that failed, but for one that starts", () => {
    const ready = serverViewOf("a", "ready");
    expect(stepsDone([ready, serverViewOf("b", "failed")], []).start).toBe(true);
    expect(stepsDone([serverViewOf("b", "failed")], []).start).toBe(false);
    expect(stepsDone([ready, serverViewOf("b", "starting")], []).start).toBe(false);
    expect(stepsDone([ready, serverViewOf("b", "unconfirmed")], []).start).toBe(false);
  });
});

const because = (server: ServerView, message: string): ServerView => ({
  ...server,
  status: { ...server.status, reason: { code: "command_not_found", message, detail: null } },
});

describe("what has come of the servers", () => {
  it("is said in one line", () => {
    expect(startSummary([serverViewOf("a", "ready", 13), serverViewOf("b", "idle", 1)])).toBe(
      "2 ready, 14 tools",
    );
    expect(
      startSummary([
        serverViewOf("a", "ready", 1),
        serverViewOf("b", "starting"),
        serverViewOf("c", "unconfirmed"),
        because(serverViewOf("postgres", "failed"), "“uvx” was not found."),
      ]),
    ).toBe("1 ready, 1 tool · 1 starting · 1 not started yet · postgres: “uvx” was not found.");
    expect(startSummary([serverViewOf("a", "failed"), serverViewOf("b", "locked")])).toBe(
      "2 are not ready",
    );
  });
});
