import { randomUUID } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type {
  Log,
  PeerMessage,
  Peers,
  SessionChange,
  SessionRecord,
  SessionStore,
} from "../definitions.ts";
import type { RpcNotification, RpcResponse } from "../jsonrpc.ts";
import type { EventStream } from "./event-stream.ts";
import { type OnNotified, Session } from "./session.ts";

/** How often sessions are swept, and by how much what is stored of when a client was seen may lag, ms. */
const SWEEP_MS = 60_000;
/** Where sessions end soon, that is so many times in their idle time. */
const SWEEPS_PER_IDLE = 4;
/** Clients that never end their sessions must not fill the memory. */
const MAX_SESSIONS = 1000;
/** Sessions that ended here lately, which a read of the store from before must not bring back. */
const MAX_ENDED = 1000;

type NewSession = Pick<
  SessionRecord,
  "profileId" | "tokenId" | "protocolVersion" | "clientInfo" | "capabilities"
>;

export interface SessionsOptions {
  store: SessionStore;
  /** The other gateways on the store, where there can be any. */
  peers?: Peers | undefined;
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
 *
 * With other gateways on the store, what is stored is the truth: it is read for each request, and a
 * hint of another one has it read at once.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  /** Stored ones that have not come back yet and are waited for with what they subscribe to. */
  readonly #dormant = new Map<string, SessionRecord>();
  readonly #seen = new Map<string, number>();
  readonly #ended = new Set<string>();
  /** By session, which read of the store was the last to be taken over. */
  readonly #readAs = new Map<string, number>();
  #reads = 0;
  /** Removed here, and perhaps not yet in the store. */
  readonly #unremoved = new Set<string>();
  #sweeper: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#sweepLater();
  }

  /** Whether other gateways may serve the same sessions. */
  get isShared(): boolean {
    return this.#options.peers !== undefined;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Undefined where it is not known to this process, whatever is stored. */
  known(sessionId: string): Session | undefined {
    return this.#sessions.get(sessionId);
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
      if (!isOver && !this.#sessions.has(record.sessionId)) this.#rest(record);
    }
    if (this.#dormant.size > 0) this.#options.onChange();
  }

  /** Sends what comes unasked on this stream too, going on after `lastEventId` where it is known. */
  attach(session: Session, stream: EventStream, lastEventId: string | undefined): void {
    if (lastEventId === undefined || !session.resume(stream, lastEventId)) session.attach(stream);
    this.#options.onChange();
    this.#tellWhetherHeard(session);
    stream.onceClosed(() => {
      this.#options.onChange();
      this.#tellWhetherHeard(session);
    });
  }

  /** Says to the other gateways whether the client reads here what belongs to no request. */
  #tellWhetherHeard(session: Session): void {
    if (this.#sessions.get(session.id) !== session) return;
    const state = session.isHeardHere ? "open" : "closed";
    this.#tellPeers({ about: "stream", sessionId: session.id, state });
  }

  /** What another gateway says or asks of whether the client reads there. */
  onHeardElsewhere(session: Session, state: "open" | "closed" | "asked", from: string): void {
    if (state === "asked") {
      if (session.isHeardHere) this.#tellWhetherHeard(session);
      return;
    }
    if (state === "open") session.heardAt = from;
    else if (session.heardAt === from) session.heardAt = null;
    if (state === "closed") return this.#askWhoHears(session);
    if (session.isHeardHere) return;
    for (const message of session.takeWaiting()) {
      this.#tellPeers({ about: "to_client", sessionId: session.id, message });
    }
  }

  /** A client that read at a gateway which has gone may read at another one by now, or at none. */
  onMembers(ids: ReadonlySet<string>): void {
    for (const session of this.#sessions.values()) {
      if (session.heardAt === null || ids.has(session.heardAt)) continue;
      session.heardAt = null;
      this.#askWhoHears(session);
    }
  }

  /** Hands on what a client sent here, for whichever gateway it is meant. */
  passOnFromClient(session: Session, message: RpcNotification | RpcResponse): void {
    this.#tellPeers({ about: "from_client", sessionId: session.id, message });
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
    return this.#opened(record);
  }

  /**
   * A session is found only by the token and at the address it was opened with.
   *
   * @throws GatewayError why the store cannot be read, where the session is not known here
   */
  async find(
    sessionId: string,
    tokenId: string | null,
    profileId: string | null,
  ): Promise<Session | null> {
    const session = await this.#find(sessionId);
    if (!session) return null;
    const { record } = session;
    if (record.tokenId !== tokenId || record.profileId !== profileId) return null;
    const now = Date.now();
    session.lastSeenAt = now;
    this.#seen.set(sessionId, now);
    // Others judge by what is stored whether it has been left.
    if (this.isShared && now - record.lastSeenAt > this.#stepMs) {
      // What cannot be written now is tried again soon.
      await this.#writeSeen().catch(() => {});
    }
    return session;
  }

  /** Reads anew what is stored of a session, if it is known here. Called on a hint. */
  async reread(sessionId: string): Promise<void> {
    if (!this.#sessions.has(sessionId) && !this.#dormant.has(sessionId)) return;
    try {
      await this.#read(sessionId, false);
    } catch (error) {
      // The next request of its client reads it.
      this.#options.log.warn("a session could not be read", { error: String(error) });
    }
  }

  /** The same for all that are known here, since hints may have been missed. */
  async rereadAll(): Promise<void> {
    for (const sessionId of [...this.#sessions.keys(), ...this.#dormant.keys()]) {
      await this.reread(sessionId);
    }
    for (const session of this.#sessions.values()) this.#askWhoHears(session);
  }

  /** Changes what a session keeps over a restart; resolves when that is stored. */
  async change(session: Session, change: SessionChange): Promise<void> {
    session.change(change(session.record));
    this.#options.onChange();
    await this.#options.store.update(session.id, change);
    if (!this.isShared) return;
    this.#tellPeers({ about: "session", sessionId: session.id });
    // Another gateway may have changed it at the same moment.
    await this.reread(session.id);
  }

  async remove(session: Session): Promise<void> {
    this.#forget(session);
    this.#keepEnded(session.id);
    this.#options.onEnd(session);
    await this.#removeStored(session.id);
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
    for (const session of ended) session.end();
    const others = new Map([...this.#dormant].filter(([, record]) => belongs(record)));
    if (this.isShared) {
      for (const record of await this.#options.store.list()) {
        if (belongs(record) && !ended.some(({ id }) => id === record.sessionId)) {
          others.set(record.sessionId, record);
        }
      }
    }
    await Promise.all([
      ...ended.map((session) => this.remove(session)),
      ...[...others.keys()].map((sessionId) => this.removeById(sessionId)),
    ]);
    return ended.length + others.size;
  }

  /** Ends one, also one that only the store knows. */
  async removeById(sessionId: string): Promise<void> {
    const known = this.#sessions.get(sessionId);
    if (known) return this.remove(known);
    this.#dormant.delete(sessionId);
    this.#keepEnded(sessionId);
    await this.#removeStored(sessionId);
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
      await this.#removeUnremoved();
      await this.#writeSeen();

      const idleMs = this.#options.idleMs();
      const isOver = ({ lastSeenAt }: { lastSeenAt: number }): boolean => now - lastSeenAt > idleMs;
      const expired = [...this.#sessions.values()].filter((one) => !one.busy && isOver(one));
      // Another gateway may have seen the client since; what nobody has, the store lets go itself.
      for (const session of expired) {
        await (this.isShared ? this.reread(session.id) : this.remove(session));
      }
      for (const record of [...this.#dormant.values()].filter(isOver)) {
        if (this.isShared) await this.reread(record.sessionId);
        else this.#dormant.delete(record.sessionId);
      }
    } catch (error) {
      this.#options.log.error("sessions could not be swept", { error: String(error) });
    }
  }

  /** Ends open streams and requests; the sessions themselves stay in the store. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#sweeper);
    await this.sweep(Date.now());
    for (const session of this.#sessions.values()) session.end();
    this.#sessions.clear();
    this.#dormant.clear();
  }

  get #stepMs(): number {
    return Math.min(SWEEP_MS, this.#options.idleMs() / SWEEPS_PER_IDLE);
  }

  #sweepLater(): void {
    if (this.#isClosed) return;
    const sweep = (): void => void this.sweep(Date.now()).finally(() => this.#sweepLater());
    this.#sweeper = setTimeout(sweep, this.#stepMs).unref();
  }

  async #removeUnremoved(): Promise<void> {
    for (const sessionId of this.#unremoved) {
      await this.#removeStored(sessionId).catch((error: unknown) => {
        this.#options.log.warn("a session could not be removed yet", { error: String(error) });
      });
    }
  }

  /** What cannot be removed now is removed at a later sweep. */
  async #removeStored(sessionId: string): Promise<void> {
    this.#unremoved.add(sessionId);
    try {
      await this.#options.store.remove(sessionId);
      this.#unremoved.delete(sessionId);
    } finally {
      this.#tellPeers({ about: "session", sessionId });
      this.#options.onChange();
    }
  }

  async #find(sessionId: string): Promise<Session | null> {
    const known = this.#sessions.get(sessionId);
    if (known && !this.isShared) return known;
    try {
      return await this.#read(sessionId, true);
    } catch (error) {
      // It goes on here while the store is away; what is not known may live, and is not denied.
      if (known && this.#sessions.get(sessionId) === known) return known;
      throw error;
    }
  }

  /** Takes over what is stored; `wakes` one that is not known here. */
  async #read(sessionId: string, wakes: boolean): Promise<Session | null> {
    this.#reads += 1;
    const read = this.#reads;
    const record = await this.#options.store.get(sessionId);
    if (this.#ended.has(sessionId)) return null;
    // Two requests may have asked at once; both must get the same session.
    const known = this.#sessions.get(sessionId);
    // What was seen here is written a little later.
    const lastSeenAt = Math.max(record?.lastSeenAt ?? 0, known?.lastSeenAt ?? 0);
    const isOver = Date.now() - lastSeenAt > this.#options.idleMs();
    if (!known) {
      if (record && !isOver && wakes) return this.#wake(record);
      this.#dormant.delete(sessionId);
      if (record && !isOver) this.#rest(record);
      this.#options.onChange();
      return null;
    }
    if (!this.isShared) return known;
    // A read that began later was quicker.
    if (read < (this.#readAs.get(sessionId) ?? 0)) return known;
    this.#readAs.set(sessionId, read);
    if (!record || (isOver && !known.busy)) {
      this.#endedElsewhere(known);
      return null;
    }
    const { logLevel, subscriptions } = known.record;
    known.refresh(record);
    const isSame =
      logLevel === record.logLevel && subscriptions.join("\n") === record.subscriptions.join("\n");
    if (!isSame) this.#options.onChange();
    return known;
  }

  /** Waits for one that has not come back, with what it subscribed to. */
  #rest(record: SessionRecord): void {
    if (record.subscriptions.length > 0 || record.logLevel !== null) {
      this.#dormant.set(record.sessionId, record);
    }
  }

  #wake(record: SessionRecord): Session {
    this.#dormant.delete(record.sessionId);
    const session = this.#opened(record);
    this.#askWhoHears(session);
    return session;
  }

  #opened(record: SessionRecord): Session {
    const session = new Session(record, {
      onNotified: this.#options.onNotified,
      passOn: ({ id }, message) => {
        this.#tellPeers({ about: "to_client", sessionId: id, message });
      },
    });
    this.#sessions.set(record.sessionId, session);
    this.#options.onChange();
    return session;
  }

  #askWhoHears({ id, isHeardHere }: Session): void {
    if (!isHeardHere) this.#tellPeers({ about: "stream", sessionId: id, state: "asked" });
  }

  /** It was removed by another gateway. */
  #endedElsewhere(session: Session): void {
    this.#forget(session);
    this.#keepEnded(session.id);
    this.#options.onEnd(session);
    this.#options.onChange();
  }

  #forget(session: Session): void {
    session.end();
    this.#sessions.delete(session.id);
    this.#seen.delete(session.id);
    this.#readAs.delete(session.id);
  }

  #keepEnded(sessionId: string): void {
    this.#ended.add(sessionId);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  #tellPeers(message: PeerMessage): void {
    this.#options.peers?.tell(message);
  }

  async #writeSeen(): Promise<void> {
    const seen = new Map(this.#seen);
    this.#seen.clear();
    if (seen.size === 0) return;
    try {
      await this.#options.store.touch(seen);
    } catch (error) {
      for (const [id, at] of seen) this.#seen.set(id, Math.max(at, this.#seen.get(id) ?? 0));
      throw error;
    }
  }

  /** @throws GatewayError too_many_sessions */
  async #makeRoom(): Promise<void> {
    const idle = [...this.#sessions.values()]
      .filter((session) => !session.busy)
      .sort((one, other) => one.lastSeenAt - other.lastSeenAt);
    const [longest] = idle;
    if (!longest) throw new GatewayError("too_many_sessions");
    if (!this.isShared) return this.remove(longest);
    const { id, lastSeenAt } = longest;
    const stored = await this.#options.store.get(id).catch(() => undefined);
    // Its client uses another gateway, and needs it there; or nobody can say.
    if (stored === undefined || (stored && stored.lastSeenAt > lastSeenAt)) this.#forget(longest);
    else await this.remove(longest);
  }
}
