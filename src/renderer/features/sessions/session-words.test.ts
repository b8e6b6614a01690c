import type { SessionStoreView } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { disconnectText, lastCallText, storeText, tokenText } from "./session-words.ts";
import { session } from "./sessions.fixture.ts";

const store: SessionStoreView = {
  type: "sqlite",
  place: "the database of the gateway",
  chosenBy: "default",
  isShared: false,
  keepsMessages: false,
  problem: null,
  members: [],
};
const member = (name: string, isSelf: boolean) => ({ name, isSelf, joinedAt: 0, seenAt: 0 });

describe("where sessions are", () => {
  it.each<[Partial<SessionStoreView>, string]>([
    [{}, "in SQLite, in the database of this computer."],
    [{ chosenBy: "MCP_TS_STORAGE_SQLITE", place: "/srv/s.db" }, "in SQLite, in /srv/s.db."],
    [{ type: "memory" }, "in memory, and end with the gateway."],
    [{ type: "file", place: "/srv/sessions.json" }, "in the file /srv/sessions.json."],
    [{ type: "redis", place: "cache:6379" }, "in Redis at cache:6379."],
    [
      { type: "postgres", place: "db:5432", members: [member("a", true), member("b", false)] },
      "in PostgreSQL at db:5432, shared with 1 other gateway.",
    ],
    [
      {
        type: "redis",
        place: "cache:6379",
        members: [member("a", true), member("b", false), member("c", false)],
      },
      "in Redis at cache:6379, shared with 2 other gateways.",
    ],
  ])("is one sentence: %o", (more, text) => {
    expect(storeText({ ...store, ...more })).toBe(`Sessions are kept ${text}`);
  });
});

describe("a session", () => {
  it("says no more than was seen of it", () => {
    expect(lastCallText(session("a"), 0)).toBe("none seen");
    expect(lastCallText(session("a", { lastCallAt: 0 }), 120_000)).toBe("2 min ago");
    expect(tokenText(session("a"))).toBe("Cursor");
    expect(tokenText(session("a", { token: null }))).toBe("none");
    expect(tokenText(session("a", { token: null, state: "gone" }))).toBe("–");
  });

  it("that is busy says what is lost", () => {
    expect(disconnectText(session("a", { running: 1 }))).toMatch(/^1 request of it is being/);
    expect(disconnectText(session("a", { running: 2 }))).toMatch(/^2 requests of it are being/);
  });
});
