import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client, Root } from "../definitions.ts";
import { ClientConnections } from "./client-connections.ts";
import { UpstreamFailure } from "./failure.ts";
import { client, connected, type FarEnd, failed, implementation } from "./test-kit.ts";
import { Link } from "./link.ts";

const IDLE_MS = 60_000;
const settle = () => vi.advanceTimersByTimeAsync(0);
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** Connections of a server that opens one for each client, at most `max`. */
function connections(max = 2) {
  const opened: { id: string; far: FarEnd }[] = [];
  let refusal: UpstreamFailure | null = null;
  const roots = new Map<string, Root[]>();
  const kept = new ClientConnections({
    serverName: () => "one",
    roots: ({ id }) => roots.get(id) ?? [],
    limits: { idleMs: IDLE_MS, connections: max },
    log,
    open: async (who: Client, signal, onClosed) => {
      if (refusal) throw refusal;
      const { connection, transport } = await connected(who);
      opened.push({ id: who.id, far: transport });
      const { events } = transport;
      if (events) {
        transport.events = {
          ...events,
          onMessage: (...message) => events.onMessage(...message),
          onClosed: (failure) => {
            events.onClosed(failure);
            onClosed();
          },
        };
      }
      signal.addEventListener("abort", () => void connection.close());
      return new Link({
        connection,
        era: "legacy",
        implementation: implementation(),
        clientInfo: {},
        isHttp: false,
      });
    },
  });
  const call = (who: Client) => kept.run(who, (link) => link.request("x", {}, { timeoutMs: null }));
  return {
    kept,
    roots,
    opened,
    call,
    refuse: (failure: UpstreamFailure | null) => void (refusal = failure),
    far: (id: string) => {
      const found = opened.findLast((one) => one.id === id);
      if (!found) throw new Error(`no connection of ${id}`);
      return found.far;
    },
  };
}

const [ann, bob, cid] = [client("ann"), client("bob"), client("cid")];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a connection per client", () => {
  it("is opened once for all calls of a client, and only for it", async () => {
    const { opened, call, far, kept } = connections();
    const calls = [call(ann), call(ann), call(bob)];
    await settle();
    expect(opened.map(({ id }) => id)).toEqual(["ann", "bob"]);
    expect(far("ann").sent).toHaveLength(2);
    kept.tell("ann", { jsonrpc: "2.0", method: "notifications/roots/list_changed", x: 1 });
    kept.tell("nobody", { jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    expect(far("ann").sent.at(-1)).toMatchObject({ x: 1 });
    expect(far("bob").sent).toHaveLength(1);
    await kept.close();
    for (const one of calls) {
      expect(await failed(one)).toMatchObject({ code: "server_stopped_during_call" });
    }
    expect(opened.every(({ far }) => far.isClosed)).toBe(true);
    expect(kept.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends with its client's calls alone, and the next call opens another", async () => {
    const { opened, call, far, kept } = connections();
    const [mine, other] = [failed(call(ann)), call(bob)];
    await settle();
    far("ann").break();
    expect(await mine).toMatchObject({ code: "server_stopped_during_call" });
    far("bob").answer("x");
    await other;
    const again = call(ann);
    await settle();
    expect(opened.map(({ id }) => id)).toEqual(["ann", "bob", "ann"]);
    far("ann").answer("x");
    await again;
    await kept.release("ann");
    expect(far("ann").isClosed).toBe(true);
    expect(far("bob").isClosed).toBe(false);
    await kept.close();
  });

  it("is closed when it has rested for long, and not while it is used", async () => {
    const { call, far, kept } = connections();
    const first = call(ann);
    await vi.advanceTimersByTimeAsync(IDLE_MS * 2);
    expect(far("ann").isClosed).toBe(false);
    far("ann").answer("x");
    await first;
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    const second = call(ann);
    await settle();
    far("ann").answer("x");
    await second;
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(far("ann").isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(far("ann").isClosed).toBe(true);
    expect(kept.size).toBe(0);
  });

  it("makes room: the longest rested goes, and where all are busy the call is refused", async () => {
    const { opened, call, far, kept } = connections();
    for (const who of [ann, bob]) {
      const done = call(who);
      await settle();
      far(who.id).answer("x");
      await done;
    }
    // Used again, so that the other one has rested longer.
    const again = call(ann);
    await settle();
    far("ann").answer("x");
    await again;
    const third = call(cid);
    await settle();
    expect(far("bob").isClosed).toBe(true);
    expect(far("ann").isClosed).toBe(false);
    const busy = call(ann);
    await settle();
    expect(await failed(call(bob))).toMatchObject({ code: "too_many_connections" });
    expect(opened).toHaveLength(3);
    far("ann").answer("x");
    far("cid").answer("x");
    await Promise.all([busy, third]);
    await kept.close();
  });

  it("that cannot be opened fails the calls that wait for it, and is tried again by the next", async () => {
    const { call, far, kept, refuse } = connections();
    refuse(new UpstreamFailure("exited", "one stopped: exit code 1.", { retry: "later" }));
    const waiting = [failed(call(ann)), failed(call(ann))];
    for (const one of waiting) {
      expect(await one).toBeInstanceOf(GatewayError);
      expect(await one).toMatchObject({
        code: "server_unavailable",
        message: expect.stringContaining("exit code 1"),
      });
    }
    expect(kept.size).toBe(0);
    refuse(null);
    const next = call(ann);
    await settle();
    far("ann").answer("x");
    await next;
    await kept.close();
  });
});

describe("what a client's profile tells a server to work in", () => {
  it("is told to that client's connection, which is opened anew where it begins or ends", async () => {
    const { kept, roots, call, far, opened } = connections();
    roots.set("ann", [{ uri: "file:///a" }]);
    const first = [call(ann), call(bob)].map(failed);
    await settle();
    roots.set("ann", [{ uri: "file:///b" }]);
    kept.followRoots();
    kept.followRoots();
    const changed = "notifications/roots/list_changed";
    expect(far("ann").sent.filter(({ method }) => method === changed)).toHaveLength(1);
    expect(far("bob").sent.filter(({ method }) => method === changed)).toEqual([]);

    roots.set("bob", [{ uri: "file:///b" }]);
    kept.followRoots();
    await settle();
    expect(kept.size).toBe(1);
    const next = failed(call(bob));
    await settle();
    expect(opened.map(({ id }) => id)).toEqual(["ann", "bob", "bob"]);
    await kept.close();
    await Promise.all([...first, next]);
  });
});
