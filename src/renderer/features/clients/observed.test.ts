import type { ClientsView, ClientView } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { clientOf } from "../overview/test-kit.ts";
import { type Awaited, awaitedClient, factsOf, refusedSince } from "./observed.ts";

const awaited: Awaited = { title: "Cursor", tokenId: "t1", since: 1000, copiedAt: null };

const client = (changes: Partial<ClientView> = {}): ClientView =>
  clientOf({ tokenId: "t1", connectedAt: 2000, lastSeenAt: 2000, ...changes });

const view = (clients: ClientView[], refused: ClientsView["refused"] = null): ClientsView => ({
  clients,
  refused,
});

/** The lines as they are read, with the sign of those that are true. */
const lines = (of: Awaited, clients: ClientsView): string[] =>
  factsOf(of, clients).map(
    ({ seen, failed, text, name = "", more = "" }) =>
      `${failed ? "!" : seen ? "✓" : "○"} ${text}${name}${more}`,
  );

describe("the four lines", () => {
  it("claim nothing before anything was seen", () => {
    expect(lines(awaited, view([]))).toEqual([
      "○ Snippet not copied yet",
      "○ Waiting for Cursor",
      "○ Tools not listed yet",
      "○ No tool called yet",
    ]);
  });

  it("come true one by one", () => {
    const copied = { ...awaited, copiedAt: 1500 };
    const listed = { at: 2100, tools: 41 };
    const firstCall = { at: 2200, tool: "echo", durationMs: 12.4, ok: true };
    expect(lines(copied, view([]))[0]).toBe("✓ Snippet copied");
    expect(lines(copied, view([client()]))).toEqual([
      "✓ Snippet copied",
      "✓ Cursor 3.1 connected",
      "○ Tools not listed yet",
      "○ No tool called yet",
    ]);
    expect(lines(copied, view([client({ listed })]))[2]).toBe("✓ Listed 41 tools");
    expect(lines(copied, view([client({ listed, firstCall })]))[3]).toBe(
      "✓ First call: echo, 12 ms",
    );
  });

  it("say when the first call did not go well", () => {
    const firstCall = { at: 2200, tool: "echo", durationMs: 12, ok: false };
    expect(lines(awaited, view([client({ firstCall })]))[3]).toBe(
      "! First call: echo answered with an error",
    );
  });

  it("do not take another client for the one that is waited for", () => {
    const other = client({ tokenId: "t2", listed: { at: 2100, tools: 1 } });
    expect(lines(awaited, view([other]))[1]).toBe("○ Waiting for Cursor");
  });
});

describe("a client without a token of its own", () => {
  const bridge: Awaited = { ...awaited, title: "Claude Desktop", tokenId: null };

  it("is whoever came since", () => {
    const before = client({ id: "before", connectedAt: 900, lastSeenAt: 5000 });
    const after = client({ id: "after", tokenId: null });
    expect(awaitedClient(view([before, after]), bridge)?.id).toBe("after");
    expect(awaitedClient(view([before]), bridge)).toBeUndefined();
  });
});

describe("of several connections with the token", () => {
  it("the one that has called is shown, else the newest", () => {
    const old = client({ id: "old", lastSeenAt: 2000 });
    const young = client({ id: "young", lastSeenAt: 3000 });
    const firstCall = { at: 2500, tool: "echo", durationMs: 1, ok: true };
    expect(awaitedClient(view([old, young]), awaited)?.id).toBe("young");
    expect(awaitedClient(view([{ ...old, firstCall }, young]), awaited)?.id).toBe("old");
  });
});

describe("a refused token", () => {
  const refused = { at: 1800, count: 1, userAgent: "Cursor/3.1" };

  it("is told only where it came while somebody waited", () => {
    expect(refusedSince(view([], refused), awaited)).toBe(refused);
    expect(refusedSince(view([], { ...refused, at: 900 }), awaited)).toBeNull();
    expect(refusedSince(view([]), awaited)).toBeNull();
  });

  it("is over when the client was let in after it", () => {
    expect(refusedSince(view([client({ lastSeenAt: 2000 })], refused), awaited)).toBeNull();
    expect(refusedSince(view([client({ lastSeenAt: 1700 })], refused), awaited)).toBe(refused);
  });
});
