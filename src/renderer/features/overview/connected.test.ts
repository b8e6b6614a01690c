import { describe, expect, it } from "vitest";
import { clientDetail, recentClients, recentlyRefused } from "./connected.ts";
import { clientOf } from "./test-kit.ts";

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

describe("connected now", () => {
  it("has the busy first, then those seen within the hour", () => {
    const clients = [
      clientOf({ id: "gone", lastSeenAt: NOW - 61 * MINUTE }),
      clientOf({ id: "quiet", lastSeenAt: NOW - 12 * MINUTE }),
      clientOf({ id: "streaming", lastSeenAt: NOW - 90 * MINUTE, active: true }),
      clientOf({ id: "recent", lastSeenAt: NOW - MINUTE }),
    ];
    expect(recentClients(clients, NOW).map(({ id }) => id)).toEqual([
      "streaming",
      "recent",
      "quiet",
    ]);
  });

  it("says of each what was observed", () => {
    const lastCallAt = NOW - MINUTE;
    expect(clientDetail(clientOf({ active: true, lastCallAt }), NOW)).toBe(
      "dev · last call 1 min ago",
    );
    expect(clientDetail(clientOf({ lastCallAt }), NOW)).toBe("dev · idle · last call 1 min ago");
    expect(clientDetail(clientOf({ active: true, lastSeenAt: NOW - 12 * MINUTE }), NOW)).toBe(
      "dev · no call yet, last seen 12 min ago",
    );
  });
});

describe("a refused token", () => {
  const refused = { at: NOW - 5 * MINUTE, count: 1, userAgent: null };

  it("is told for an hour, until a client is let in", () => {
    expect(recentlyRefused({ refused, clients: [] }, NOW)).toBe(refused);
    expect(recentlyRefused({ refused, clients: [] }, NOW + 60 * MINUTE)).toBeNull();
    const before = clientOf({ connectedAt: NOW - 6 * MINUTE });
    const after = clientOf({ connectedAt: NOW - 4 * MINUTE });
    expect(recentlyRefused({ refused, clients: [before] }, NOW)).toBe(refused);
    expect(recentlyRefused({ refused, clients: [before, after] }, NOW)).toBeNull();
  });
});
