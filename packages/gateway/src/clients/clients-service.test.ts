import type { Exchange, SessionRecord, TrafficClient } from "@local-mcp/engine";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Events } from "../events.ts";
import { ClientsService } from "./clients-service.ts";

const TEST_NAME = "connection-test-1";

interface LiveSession {
  record: SessionRecord;
  lastSeenAt: number;
  busy: boolean;
  running: number;
}

const session = (sessionId: string, more: Partial<SessionRecord> = {}): LiveSession => ({
  record: {
    sessionId,
    profileId: "p1",
    tokenId: "t1",
    protocolVersion: "2025-11-25",
    clientInfo: { name: "Cursor", version: "3.1" },
    capabilities: {},
    logLevel: null,
    subscriptions: [],
    createdAt: 100,
    lastSeenAt: 100,
    ...more,
  },
  lastSeenAt: 100,
  busy: false,
  running: 0,
});

const client = (
  sessionId: string,
  info: TrafficClient["info"] = { name: "Cursor", version: "3.1" },
): TrafficClient => ({ sessionId, info, era: "legacy", tokenId: "t1", since: 100 });

const exchange = (sessionId: string, more: Partial<Exchange> = {}): Exchange => ({
  client: client(sessionId),
  item: null,
  profileId: "p1",
  method: "ping",
  tool: null,
  startedAt: 1000,
  durationMs: 5,
  outcome: "ok",
  listed: null,
  ...more,
});

function setUp() {
  const sessions: LiveSession[] = [];
  const events = new Events();
  const told: string[] = [];
  events.on(({ type }) => told.push(type));
  const service = new ClientsService({
    redact: (text) => text,
    engine: () => ({ sessions: () => sessions }),
    events,
    profileSlug: (id) => ({ p1: "dev", p2: "writing" })[id] ?? null,
    activeProfileId: () => "p2",
    tokenName: (id) => (id === "t1" ? "Cursor at home" : null),
    testName: TEST_NAME,
    now: () => 5000,
  });
  return { service, sessions, told };
}

describe("what is observed of clients", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is nothing before anything was seen", () => {
    expect(setUp().service.list()).toEqual({ clients: [], refused: null });
  });

  it("is each fact once it was seen, and not before", () => {
    const { service } = setUp();
    service.onExchange(exchange("s1", { method: "initialize" }));
    expect(service.list().clients).toEqual([
      {
        id: expect.any(String),
        name: "Cursor",
        version: "3.1",
        era: "legacy",
        profile: "dev",
        tokenId: "t1",
        tokenName: "Cursor at home",
        connectedAt: 100,
        lastSeenAt: 1005,
        active: false,
        listed: null,
        firstCall: null,
        calls: 0,
        lastCallAt: null,
      },
    ]);
    service.onExchange(exchange("s1", { method: "tools/list", listed: 41 }));
    expect(service.list().clients[0]).toMatchObject({
      listed: { at: 1005, tools: 41 },
      firstCall: null,
    });
    service.onExchange(exchange("s1", { method: "tools/call", tool: "echo", startedAt: 2000 }));
    service.onExchange(
      exchange("s1", { method: "tools/call", tool: "b", startedAt: 3000, outcome: "tool_error" }),
    );
    expect(service.list().clients[0]).toMatchObject({
      firstCall: { at: 2005, tool: "echo", durationMs: 5, ok: true },
      calls: 2,
      lastCallAt: 3005,
    });
  });

  it.each(["tool_error", "error", "cancelled"] as const)("a first call may fail: %s", (outcome) => {
    const { service } = setUp();
    service.onExchange(exchange("s1", { method: "tools/call", tool: "x", outcome }));
    expect(service.list().clients[0]?.firstCall?.ok).toBe(false);
  });

  it("has sessions from before a restart, which have asked nothing yet", () => {
    const { service, sessions } = setUp();
    sessions.push({ ...session("s1", { profileId: null }), busy: true, lastSeenAt: 700 });
    expect(service.list().clients).toMatchObject([
      { name: "Cursor", profile: "writing", active: true, connectedAt: 100, lastSeenAt: 700 },
    ]);
    const [before] = service.list().clients;
    service.onExchange(exchange("s1"));
    expect(service.list().clients).toMatchObject([{ id: before?.id }]);
  });

  it("goes along with the active profile while the session lives, and keeps its last one after", () => {
    const { service, sessions } = setUp();
    sessions.push(session("s1", { profileId: null }));
    service.onExchange(exchange("s1"));
    expect(service.list().clients).toMatchObject([{ profile: "writing" }]);
    sessions.pop();
    expect(service.list().clients).toMatchObject([{ profile: "dev" }]);
  });

  it("does not forget what it saw for more sessions than it keeps", () => {
    const { service, sessions } = setUp();
    service.onExchange(exchange("seen"));
    const [seen] = service.list().clients;
    for (let n = 0; n < 300; n += 1) sessions.push(session(`s${n}`));
    service.list();
    const { clients } = service.list();
    expect(clients).toHaveLength(200);
    expect(clients.map(({ id }) => id)).toContain(seen?.id);
  });

  it("never has a session id, which opens the session", () => {
    const { service } = setUp();
    service.onExchange(exchange("session-id-itself"));
    expect(JSON.stringify(service.list())).not.toContain("session-id-itself");
  });

  it("leaves our own test of the connection, and what the window calls, out", () => {
    const { service, sessions } = setUp();
    const clientInfo = { name: TEST_NAME };
    sessions.push(session("s1", { clientInfo }));
    service.onExchange(exchange("s1", { client: client("s1", clientInfo) }));
    service.onExchange(exchange("s1", { client: null }));
    service.onRefused(TEST_NAME);
    expect(service.list()).toEqual({ clients: [], refused: null });
  });

  it("shows text of others short and plain", () => {
    const { service } = setUp();
    const info = { name: `\u001b[31mEvil\u202e${"x".repeat(500)}`, version: 7 };
    service.onExchange(exchange("s1", { client: client("s1", info) }));
    service.onExchange(exchange("s2", { client: client("s2", {}) }));
    const [first, second] = service.list().clients;
    expect([first?.name, second?.name].join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect([first?.name.length, second?.name.length]).toContain(200);
    expect([first?.name, second?.name]).toContain("A client without a name");
  });

  it("is bounded; who was not seen for the longest time goes first", () => {
    const { service } = setUp();
    for (let at = 0; at < 200; at += 1) service.onExchange(exchange(`s${at}`, { startedAt: at }));
    const [last] = service.list().clients.slice(-1);
    service.onExchange(exchange("s0", { startedAt: 900 }));
    service.onExchange(exchange("new", { startedAt: 901 }));
    const { clients } = service.list();
    expect(clients).toHaveLength(200);
    expect(clients.map(({ id }) => id)).toContain(last?.id);
    expect(clients.map(({ lastSeenAt }) => lastSeenAt)).not.toContain(1 + 5);
  });

  it("counts tokens that are not valid here", () => {
    const { service } = setUp();
    service.onRefused("curl/8\n");
    service.onRefused(null);
    expect(service.list().refused).toEqual({ at: 5000, count: 2, userAgent: null });
  });

  it("is told together, and no more once it is closed", () => {
    const { service, told } = setUp();
    for (let at = 0; at < 50; at += 1) service.onExchange(exchange("s1"));
    service.onSessionsChange();
    expect(told).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(told).toEqual(["clients.changed"]);
    service.onRefused(null);
    service.close();
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(["clients.changed"]);
  });
});
