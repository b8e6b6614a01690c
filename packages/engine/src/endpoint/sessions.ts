import { randomUUID } from "node:crypto";
import type { Log, SessionRecord, SessionStore } from "../definitions.ts";
import type { RequestId, RpcNotification } from "../jsonrpc.ts";
import type { EventStream } from "./event-stream.ts";

const SWEEP_MS = 60_000;

/** A legacy client's session with what is open in it just now. */
export class Session {
  readonly record: SessionRecord;
  lastSeenAt: number;
  readonly #streams = new Set<EventStream>();
  readonly #running = new Map<RequestId, AbortController>();

  constructor(record: SessionRecord) {
    this.record = record;
    this.lastSeenAt = record.lastSeenAt;
  }

  get busy(): boolean {
    return this.#running.size > 0 || this.#streams.size > 0;
  }

  /** Null where a request with this id runs already. */
  begin(id: RequestId): AbortController | null {
    if (this.#running.has(id)) return null;
    const controller = new AbortController();
    this.#running.set(id, controller);
    return controller;
  }

  finish(id: RequestId): void {
    this.#running.delete(id);
  }

  cancel(id: RequestId): void {
    this.#running.get(id)?.abort();
  }

  attach(stream: EventStream): () => void {
    this.#streams.add(stream);
    return () => this.#streams.delete(stream);
  }

  /** Sent on one stream only (MCP 2025-11-25, transports, multiple connections): the newest. */
  notify(notification: RpcNotification): void {
    [...this.#streams]
      .filter((stream) => stream.open)
      .at(-1)
      ?.send(notification);
  }

  end(): void {
    for (const controller of this.#running.values()) controller.abort();
    for (const stream of this.#streams) stream.end();
  }
}

/**
 * The sessions of legacy clients. What must survive a restart is in the store; a session unknown to
 * this process is looked up there, so that a client which knows nothing of a restart goes on.
 */
export class Sessions {
  readonly #store: SessionStore;
  readonly #idleMs: () => number;
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #sessions = new Map<string, Session>();
  readonly #seen = new Map<string, number>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: {
    store: SessionStore;
    idleMs: () => number;
    log: Log;
    onChange: () => void;
  }) {
    this.#store = options.store;
    this.#idleMs = options.idleMs;
    this.#log = options.log;
    this.#onChange = options.onChange;
    this.#sweeper = setInterval(() => void this.sweep(Date.now()), SWEEP_MS);
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Those known to this process, oldest first. */
  all(): Session[] {
    return [...this.#sessions.values()];
  }

  /** Sends what comes unasked on this stream too. @returns how to end that */
  attach(session: Session, stream: EventStream): () => void {
    const detach = session.attach(stream);
    this.#onChange();
    return () => {
      detach();
      this.#onChange();
    };
  }

  async create(
    fields: Omit<SessionRecord, "sessionId" | "createdAt" | "lastSeenAt">,
  ): Promise<Session> {
    const now = Date.now();
    const record = { ...fields, sessionId: randomUUID(), createdAt: now, lastSeenAt: now };
    await this.#store.create(record);
    const session = new Session(record);
    this.#sessions.set(record.sessionId, session);
    this.#onChange();
    return session;
  }

  /** A session is found only by the token and at the address it was opened with. */
  async find(
    sessionId: string,
    tokenId: string | null,
    profileId: string | null,
  ): Promise<Session | null> {
    const session = this.#sessions.get(sessionId) ?? (await this.#restore(sessionId));
    if (!session) return null;
    const { record } = session;
    if (record.tokenId !== tokenId || record.profileId !== profileId) return null;
    session.lastSeenAt = Date.now();
    this.#seen.set(sessionId, session.lastSeenAt);
    return session;
  }

  async remove(session: Session): Promise<void> {
    session.end();
    const { sessionId } = session.record;
    this.#sessions.delete(sessionId);
    this.#seen.delete(sessionId);
    await this.#store.remove(sessionId);
    this.#onChange();
  }

  /** Ends every session that `belongs` picks, for example those of a revoked token. */
  async removeWhere(belongs: (record: SessionRecord) => boolean): Promise<number> {
    const ended = [...this.#sessions.values()].filter((session) => belongs(session.record));
    await Promise.all(ended.map((session) => this.remove(session)));
    return ended.length;
  }

  /** Tells the clients for whom `concerns` is true. */
  broadcast(notification: RpcNotification, concerns: (record: SessionRecord) => boolean): void {
    for (const session of this.#sessions.values()) {
      if (concerns(session.record)) session.notify(notification);
    }
  }

  /** Writes what was put off, and ends what nobody has used for too long. */
  async sweep(now: number): Promise<void> {
    try {
      // An open stream is use, though no request comes with it.
      for (const [sessionId, session] of this.#sessions) {
        if (!session.busy) continue;
        session.lastSeenAt = now;
        this.#seen.set(sessionId, now);
      }
      const seen = new Map(this.#seen);
      this.#seen.clear();
      if (seen.size > 0) await this.#store.touch(seen);
      const idleMs = this.#idleMs();
      const expired = [...this.#sessions.values()].filter(
        (session) => !session.busy && now - session.lastSeenAt > idleMs,
      );
      for (const session of expired) await this.remove(session);
    } catch (error) {
      this.#log.error("sessions could not be swept", { error: String(error) });
    }
  }

  /** Ends open streams and requests; the sessions themselves stay in the store. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.sweep(Date.now());
    for (const session of this.#sessions.values()) session.end();
    this.#sessions.clear();
  }

  async #restore(sessionId: string): Promise<Session | null> {
    const record = await this.#store.get(sessionId);
    if (!record || Date.now() - record.lastSeenAt > this.#idleMs()) return null;
    // Two requests may have asked at once; both must get the same session.
    const known = this.#sessions.get(sessionId);
    if (known) return known;
    const session = new Session(record);
    this.#sessions.set(sessionId, session);
    this.#onChange();
    return session;
  }
}
