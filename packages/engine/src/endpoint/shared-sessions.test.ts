import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type {
  PeerListener,
  PeerMessage,
  Peers,
  SessionRecord,
  SessionStore,
} from "../definitions.ts";
import type { RpcNotification } from "../jsonrpc.ts";
import { EventStream } from "./event-stream.ts";
import { PeerHearing } from "./peer-hearing.ts";
import { UnreadResponse } from "./response.fixture.ts";
import type { Session } from "./session.ts";
import { Sessions } from "./sessions.ts";

const IDLE_MS = 3_600_000;
const quiet = (): void => {};
const log = { info: quiet, warn: quiet, error: quiet };
const update: RpcNotification = {
  jsonrpc: "2.0",
  method: "notifications/resources/updated",
  params: { uri: "a:b" },
};
const NEW = {
  profileId: "p",
  tokenId: "t",
  protocolVersion: "2025-11-25",
  clientInfo: {},
  capabilities: {},
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Gateways on one store, as their sessions see each other. */
function gateways(count: number, idleMs: number) {
  const records = new Map<string, SessionRecord>();
  const store = { isAway: false, isQuiet: false };
  const read = (): Map<string, SessionRecord> => {
    if (store.isAway) throw new Error("the store is away");
    return records;
  };
  const sessions: SessionStore = {
    create: async (record) => void read().set(record.sessionId, record),
    get: async (id) => read().get(id) ?? null,
    list: async () => [...read().values()],
    update: async (id, change) => {
      const record = read().get(id);
      if (record) records.set(id, { ...record, ...change(record) });
    },
    remove: async (id) => void read().delete(id),
    touch: async (seen) => {
      for (const [id, lastSeenAt] of seen) {
        const record = read().get(id);
        if (record) records.set(id, { ...record, lastSeenAt });
      }
    },
  };
  const listeners: PeerListener[] = [];
  const gone = new Set<number>();
  const told: PeerMessage[] = [];
  const ended: string[] = [];
  const all = Array.from({ length: count }, (_, self) => {
    const peers: Peers = {
      tell: (message) => {
        if (store.isQuiet || gone.has(self)) return;
        told.push(message);
        for (const [other, listener] of listeners.entries()) {
          if (other !== self && !gone.has(other)) listener.hear(message, String(self));
        }
      },
      listen: (listener) => void listeners.push(listener),
    };
    const one = new Sessions({
      store: sessions,
      peers,
      idleMs: () => idleMs,
      log,
      onChange: quiet,
      onEnd: ({ id }) => void ended.push(id),
      onNotified: quiet,
    });
    const hearing = new PeerHearing({ sessions: one, onClientChange: quiet, relist: quiet });
    peers.listen({
      hear: (message, from) => hearing.hear(message, from),
      onGap: quiet,
      onMembers: (ids) => one.onMembers(ids),
    });
    return one;
  });
  /** As when it is killed: the others hear nothing of it, and after a while that it is not there. */
  const kill = (one: Sessions): void => {
    gone.add(all.indexOf(one));
    const living = all.map((_, index) => index).filter((index) => !gone.has(index));
    const ids = new Set(living.map(String));
    for (const index of living) listeners[index]?.onMembers(ids);
  };
  return { all, records, store, told, ended, kill };
}

async function two(idleMs = IDLE_MS) {
  const made = gateways(2, idleMs);
  const [a, b] = made.all;
  if (!a || !b) throw new Error("two were made");
  const atA = await a.create(NEW);
  const atB = await b.find(atA.id, "t", "p");
  if (!atB) throw new Error("the other one knows it by the store");
  return { ...made, a, b, atA, atB };
}

function opened(sessions: Sessions, session: Session): UnreadResponse {
  const response = new UnreadResponse();
  sessions.attach(session, new EventStream(response, {}), undefined);
  return response;
}

describe("what a client is to hear", () => {
  it("goes to the gateway where it reads, once", async () => {
    const { a, atA, atB } = await two();
    const response = opened(a, atA);
    atB.notify(update);
    expect(response.messages).toEqual([update]);
    expect(atB.takeWaiting()).toEqual([]);
  });

  it("waits where it came up until the client reads anywhere", async () => {
    const { a, atA, atB } = await two();
    atB.notify(update);
    expect(opened(a, atA).messages).toEqual([update]);
  });

  it("is found also by a gateway that meets the session after its stream was opened", async () => {
    const { a, b, told } = await two();
    const late = await a.create(NEW);
    const response = opened(a, late);
    const lateAtB = await b.find(late.id, "t", "p");
    lateAtB?.notify(update);
    expect(response.messages).toEqual([update]);
    expect(told.filter(({ about }) => about === "to_client")).toHaveLength(1);
  });

  it("waits again when the gateway where it reads was killed, for the next one", async () => {
    const { all, kill } = gateways(3, IDLE_MS);
    const [a, b, c] = all;
    const atA = await a?.create(NEW);
    const atB = await b?.find(atA?.id ?? "", "t", "p");
    const atC = await c?.find(atA?.id ?? "", "t", "p");
    if (!a || !b || !c || !atA || !atB || !atC) throw new Error("three know it");
    opened(a, atA);
    expect(atB.sendUnasked(update)).toBe(true);

    kill(a);
    expect(atB.sendUnasked(update)).toBe(false);
    atB.notify(update);
    const next = opened(c, atC);
    expect(next.messages).toEqual([update]);
    expect(atB.sendUnasked(update)).toBe(true);
    expect(next.messages).toEqual([update, update]);
  });

  it("goes on to where the client reads when another gateway is killed", async () => {
    const { all, kill } = gateways(3, IDLE_MS);
    const [a, b, c] = all;
    const atA = await a?.create(NEW);
    const atB = await b?.find(atA?.id ?? "", "t", "p");
    if (!a || !b || !c || !atA || !atB) throw new Error("two know it");
    const response = opened(a, atA);
    kill(c);
    expect(atB.heardAt).toBe("0");
    atB.notify(update);
    expect(response.messages).toEqual([update]);
  });

  it("of changed lists each gateway tells its own readers", async () => {
    const { a, atA, atB, told } = await two();
    const response = opened(a, atA);
    atB.notify({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    expect(response.messages).toEqual([]);
    expect(told.some(({ about }) => about === "to_client")).toBe(false);
  });
});

describe("what is stored", () => {
  it("is the truth: what another gateway changed or ended is so here at once", async () => {
    const { a, b, atA, atB } = await two();
    await b.change(atB, () => ({ logLevel: "error" }));
    await vi.waitFor(() => expect(atA.logLevel).toBe("error"));
    await b.remove(atB);
    expect(await a.find(atA.id, "t", "p")).toBeNull();
    expect(a.size).toBe(0);
  });

  it("is asked for each request, also where nothing was heard of a change", async () => {
    const { a, b, atA, atB, store } = await two();
    store.isQuiet = true;
    await b.change(atB, () => ({ logLevel: "error" }));
    expect((await a.find(atA.id, "t", "p"))?.logLevel).toBe("error");
    await b.remove(atB);
    expect(await a.find(atA.id, "t", "p")).toBeNull();
    expect(await b.find(atA.id, "t", "p")).toBeNull();
  });

  it("is not needed for a session that is known, and one that is not is refused, not denied", async () => {
    const { a, b, atA, store } = await two();
    const other = await b.create(NEW);
    store.isAway = true;
    expect(await a.find(atA.id, "t", "p")).toBe(atA);
    await expect(a.find(other.id, "t", "p")).rejects.toThrow("the store is away");
    store.isAway = false;
    expect((await a.find(other.id, "t", "p"))?.id).toBe(other.id);
  });

  it("tells who has left: a session that another gateway sees stays here", async () => {
    const { a, b, atA, records } = await two();
    const half = IDLE_MS / 2;
    vi.setSystemTime(Date.now() + half);
    await b.find(atA.id, "t", "p");
    vi.setSystemTime(Date.now() + half + 1000);
    await a.sweep(Date.now());
    expect(a.size).toBe(1);
    expect(records.size).toBe(1);
    vi.setSystemTime(Date.now() + half);
    await a.sweep(Date.now());
    expect(a.size).toBe(0);
  });

  it("tells it soon enough also where sessions end soon, of a client that only reads too", async () => {
    const { a, b, atA } = await two(8000);
    opened(a, atA);
    await vi.advanceTimersByTimeAsync(20_000);
    expect((await b.find(atA.id, "t", "p"))?.id).toBe(atA.id);
    expect((await a.find(atA.id, "t", "p"))?.id).toBe(atA.id);
  });

  it("may lag behind what was seen here, which ends no session", async () => {
    const { a, atA, store } = await two(8000);
    store.isAway = true;
    await vi.advanceTimersByTimeAsync(7000);
    await a.find(atA.id, "t", "p");
    await vi.advanceTimersByTimeAsync(3000);
    store.isAway = false;
    expect((await a.find(atA.id, "t", "p"))?.id).toBe(atA.id);
  });

  it("is removed later where that failed, of a session that has ended here at once", async () => {
    const { a, atA, records, store, ended } = await two();
    store.isAway = true;
    await expect(a.remove(atA)).rejects.toThrow("the store is away");
    expect(ended).toEqual([atA.id]);
    store.isAway = false;
    expect(await a.find(atA.id, "t", "p")).toBeNull();
    await a.sweep(Date.now());
    expect(records.size).toBe(0);
  });
});
