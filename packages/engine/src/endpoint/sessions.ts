import { randomUUID } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type { Log, SessionRecord, SessionStore } from "../definitions.ts";
import type { RpcNotification } from "../jsonrpc.ts";
import type { EventStream } from "./event-stream.ts";
import { type OnNotified, Session } from "./session.ts";

const SWEEP_MS = 60_000;
/** Clients that never end their sessions must not fill the memory. */
const MAX_SESSIONS = 1000;

type NewSession = Pick<
  SessionRecord,
  "profileId" | "tokenId" | "protocolVersion" | "clientInfo" | "capabilities"
>;

export interface SessionsOptions {
  store: SessionStore;
  idleMs: () => number;
  log: Log;
  /** Sessions came or went, or what one of them subscribes to or wants to hear did. */
  onChange: () => void;
  onEnd: (session: Session) => void;
  onNotified: OnNotified;
}

/**
 * The sessions of legacy clients. What must survive a restart is in the store; a session unknown to
 * this process is looked up there, so that a client which knows nothing of a restart goes on.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  /** Stored ones that have not come back yet and are waited for with what they subscribe to. */
  readonly #dormant = new Map<string, SessionRecord>();
  readonly #seen = new Map<string, number>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: SessionsOptions) {
    this.#options = options;
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

  /** All that want something of servers, also those that have not come back after a restart. */
  records(): SessionRecord[] {
    return [...[...this.#sessions.values()].map(({ record }) => record), ...this.#dormant.values()];
  }

  /** Learns of the sessions of an earlier process, so that what they subscribed to is kept up. */
  async recall(): Promise<void> {
    const now = Date.now();
    for (const record of await this.#options.store.list()) {
      const isOver = now - record.lastSeenAt > this.#options.idleMs();
      if (isOver || this.#sessions.has(record.sessionId)) continue;
      if (record.subscriptions.length > 0 || record.logLevel !== null) {
        this.#dormant.set(record.sessionId, record);
      }
    }
    if (this.#dormant.size > 0) this.#options.onChange();
  }

  /** Sends what comes unasked on this stream too, going on after `lastEventId` where it is known. */
  attach(session: Session, stream: EventStream, lastEventId: string | undefined): void {
    if (lastEventId === undefined || !session.resume(stream, lastEventId)) session.attach(stream);
    this.#options.onChange();
    stream.onceClosed(this.#options.onChange);
  }

  /** @throws GatewayError too_many_sessions */
  async create(fields: NewSession): Promise<Session> {
    if (this.#sessions.size >= MAX_SESSIONS) await this.#makeRoom();
    const now = Date.now();
    const record: SessionRecord = {
      ...fields,
      sessionId: randomUUID(),
      logLevel: null,
      subscriptions: [],
      createdAt: now,
      lastSeenAt: now,
    };
    await this.#options.store.create(record);
    const session = new Session(record, this.#options.onNotified);
    this.#sessions.set(record.sessionId, session);
    this.#options.onChange();
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

  /** Changes what a session keeps over a restart; resolves when that is stored. */
  async change(
    session: Session,
    changes: Partial<Pick<SessionRecord, "logLevel" | "subscriptions">>,
  ): Promise<void> {
    session.change(changes);
    this.#options.onChange();
    await this.#options.store.update(session.id, changes);
  }

  async remove(session: Session): Promise<void> {
    session.end();
    this.#sessions.delete(session.id);
    this.#seen.delete(session.id);
    await this.#options.store.remove(session.id);
    this.#options.onEnd(session);
    this.#options.onChange();
  }

  /** The same for a client that has gone, which nobody waits for. */
  async removeGone(session: Session): Promise<void> {
    try {
      await this.remove(session);
    } catch (error) {
      this.#options.log.error("a session could not be ended", { error: String(error) });
    }
  }

  /** Ends every session that `belongs` picks, for example those of a revoked token. */
  async removeWhere(belongs: (record: SessionRecord) => boolean): Promise<number> {
    const ended = [...this.#sessions.values()].filter((session) => belongs(session.record));
    const asleep = [...this.#dormant.values()].filter(belongs);
    for (const { sessionId } of asleep) this.#dormant.delete(sessionId);
    await Promise.all([
      ...ended.map((session) => this.remove(session)),
      ...asleep.map(({ sessionId }) => this.#options.store.remove(sessionId)),
    ]);
    return ended.length + asleep.length;
  }

  /** Tells the clients for whom `concerns` is true. */
  broadcast(notification: RpcNotification, concerns: (record: SessionRecord) => boolean): void {
    for (const session of this.#sessions.values()) {
      if (concerns(session.record)) session.notify(notification);
    }
  }

  /** Tells one client, also one that has not come back yet: it will read it then. */
  tell(sessionId: string, notification: RpcNotification): void {
    const dormant = this.#dormant.get(sessionId);
    const session = this.#sessions.get(sessionId) ?? (dormant && this.#wake(dormant));
    session?.notify(notification);
  }

  /** Writes what was put off, and ends what nobody has used for too long. */
  async sweep(now: number): Promise<void> {
    try {
      // An open stream is use, though no request comes with it.
      for (const [sessionId, session] of this.#sessions) {
        session.log.sweep(now);
        if (!session.busy) continue;
        session.lastSeenAt = now;
        this.#seen.set(sessionId, now);
      }
      const seen = new Map(this.#seen);
      this.#seen.clear();
      if (seen.size > 0) await this.#options.store.touch(seen);

      const idleMs = this.#options.idleMs();
      const isOver = ({ lastSeenAt }: { lastSeenAt: number }): boolean => now - lastSeenAt > idleMs;
      const expired = [...this.#sessions.values()].filter((one) => !one.busy && isOver(one));
      for (const session of expired) await this.remove(session);
      for (const record of this.#dormant.values()) {
        if (isOver(record)) this.#dormant.delete(record.sessionId);
      }
    } catch (error) {
      this.#options.log.error("sessions could not be swept", { error: String(error) });
    }
  }

  /** Ends open streams and requests; the sessions themselves stay in the store. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.sweep(Date.now());
    for (const session of this.#sessions.values()) session.end();
    this.#sessions.clear();
    this.#dormant.clear();
  }

  async #restore(sessionId: string): Promise<Session | null> {
    const record = await this.#options.store.get(sessionId);
    if (!record || Date.now() - record.lastSeenAt > this.#options.idleMs()) return null;
    // Two requests may have asked at once; both must get the same session.
    return this.#sessions.get(sessionId) ?? this.#wake(record);
  }

  #wake(record: SessionRecord): Session {
    this.#dormant.delete(record.sessionId);
    const session = new Session(record, this.#options.onNotified);
    this.#sessions.set(record.sessionId, session);
    this.#options.onChange();
    return session;
  }

  /** @throws GatewayError too_many_sessions */
  async #makeRoom(): Promise<void> {
    const idle = [...this.#sessions.values()]
      .filter((session) => !session.busy)
      .sort((one, other) => one.lastSeenAt - other.lastSeenAt);
    const [longest] = idle;
    if (!longest) throw new GatewayError("too_many_sessions");
    await this.remove(longest);
  }
}
