import { GatewayError } from "@local-mcp/contract";
import type { Sealer } from "@local-mcp/vault";
import type { ClientSession } from "./client-session.ts";
import { clientSession } from "./client-session.ts";
import { NEVER, type Row, type Rows } from "./rows.ts";
import type { SessionData } from "./session-data.ts";
import { ownedSession } from "./session-data.ts";
import { newSessionId, refusingIds } from "./session-id.ts";
import type { SignInRecord } from "./sign-in-record.ts";
import { readSignIn, writeSignIn } from "./sign-in-record.ts";
import type { ClientSessionChanges, StorageBackend } from "./storage-backend.ts";
import { checked, isDamage, parse, stored, unlessDamaged } from "./text.ts";
import { collectInTurns } from "./turns.ts";

/** Options of every backend. */
export interface StorageOptions {
  /** ms since 1970. */
  now?: () => number;
  /** How long a client session lives after it was last seen, ms. Asked at every write. */
  clientIdleMs?: () => number;
}

interface Lifetime {
  slides: boolean;
  /** ms since 1970. */
  expiresAt: number;
}

/** How long a sign-in that has no tokens lives after it was last used, ms. */
export const TWELVE_HOURS_MS = 12 * 3_600_000;
/** A sliding session is renewed by a write at most this often, ms. */
const RENEWAL_STEP_MS = 60_000;

/** The rules of {@link StorageBackend}, over the rows of any storage engine. */
export class RecordStorage implements StorageBackend {
  readonly #rows: Rows;
  readonly #sealer: Sealer | undefined;
  readonly #now: () => number;
  readonly #clientIdleMs: () => number;

  constructor(rows: Rows, sealer: Sealer | undefined, options: StorageOptions) {
    this.#rows = refusingIds(rows);
    this.#sealer = sealer;
    this.#now = options.now ?? (() => Date.now());
    this.#clientIdleMs = options.clientIdleMs ?? (() => TWELVE_HOURS_MS);
  }

  /** The records as they are stored, for who moves them to another store. */
  get rows(): Rows {
    return this.#rows;
  }

  async init(): Promise<void> {
    await this.#rows.init();
  }

  generateSessionId(): string {
    return newSessionId();
  }

  async createSession(session: SessionData, ttlSeconds?: number): Promise<void> {
    await this.#insert(this.#signInRow(session, this.#lifetime(ttlSeconds, session)));
  }

  async getSession(identity: string, sessionId: string): Promise<SessionData | null> {
    const row = await this.#rows.read("sign_in", sessionId);
    if (row === null || row.identity !== identity || !this.#lives(row)) return null;
    const record = this.#open(row);
    if (this.#renewed(record, row) - row.expiresAt >= RENEWAL_STEP_MS) {
      const renewal = this.#rows.modify("sign_in", [sessionId], (current) =>
        // Between the two it may have been given a fixed time, its tokens, or to somebody else.
        current.identity === identity
          ? { ...current, expiresAt: this.#renewed(this.#open(current), current) }
          : null,
      );
      // A store that is full or read only can still be read; the next use renews it.
      await renewal.catch(() => {});
    }
    return record.session;
  }

  async updateSession(
    identity: string,
    sessionId: string,
    changes: Partial<SessionData>,
    ttlSeconds?: number,
  ): Promise<void> {
    refuseMove("sessionId", sessionId, changes);
    refuseMove("identity", identity, changes);
    const updated = await this.#rows.modify("sign_in", [sessionId], (row) => {
      if (row.identity !== identity || !this.#lives(row)) return null;
      const { session, slides } = this.#open(row);
      const changed = { ...session, ...changes };
      const keepsTime =
        ttlSeconds === undefined && (!slides || !isSignedIn(session) === !isSignedIn(changed));
      const lifetime = keepsTime
        ? { slides, expiresAt: row.expiresAt }
        : this.#lifetime(ttlSeconds, changed);
      return this.#signInRow(changed, lifetime);
    });
    if (updated === 0) throw new GatewayError("sign_in_not_found");
  }

  async removeSession(identity: string, sessionId: string): Promise<void> {
    await this.#rows.remove("sign_in", sessionId, identity);
  }

  async getIdentitySessionsData(identity: string): Promise<SessionData[]> {
    const read = (row: Row) => unlessDamaged(() => this.#open(row).session);
    return this.#living("sign_in", read, identity);
  }

  async getIdentityMcpSessions(identity: string): Promise<string[]> {
    return this.#living("sign_in", idOf, identity);
  }

  async getAllSessionIds(): Promise<string[]> {
    return this.#living("sign_in", idOf);
  }

  async clearAll(): Promise<void> {
    await this.#rows.removeAll("sign_in");
  }

  async cleanupExpiredSessions(): Promise<number> {
    return this.#rows.removeExpired(this.#now());
  }

  async disconnect(): Promise<void> {}

  async createClientSession(session: ClientSession): Promise<void> {
    await this.#insert(this.#clientRow(session));
  }

  async getClientSession(sessionId: string): Promise<ClientSession | null> {
    const row = await this.#rows.read("client", sessionId);
    return row === null || !this.#lives(row) ? null : readClient(row);
  }

  async updateClientSession(sessionId: string, changes: ClientSessionChanges): Promise<void> {
    const updated = await this.#rows.modify("client", [sessionId], (row) => {
      if (!this.#lives(row)) return null;
      const session = readClient(row);
      const changed = typeof changes === "function" ? changes(session) : changes;
      refuseMove("sessionId", sessionId, changed);
      return this.#clientRow({ ...session, ...changed });
    });
    if (updated === 0) throw new GatewayError("session_not_found");
  }

  async removeClientSession(sessionId: string): Promise<void> {
    await this.#rows.remove("client", sessionId);
  }

  async listClientSessions(): Promise<ClientSession[]> {
    return this.#living("client", (row) => unlessDamaged(() => readClient(row)));
  }

  async touch(seen: ReadonlyMap<string, number>): Promise<void> {
    await this.#rows.modify("client", seen.keys(), (row) => {
      const session = unlessDamaged(() => readClient(row));
      const lastSeenAt = seen.get(row.sessionId) ?? 0;
      return session !== undefined && lastSeenAt > session.lastSeenAt && this.#lives(row)
        ? this.#clientRow({ ...session, lastSeenAt })
        : null;
    });
  }

  /** Ids of the living records that are damaged, which lists leave out. */
  async damagedIds(): Promise<string[]> {
    const unreadable: string[] = [];
    const look = (kind: Row["kind"], read: (row: Row) => unknown): Promise<string[]> => {
      const idOfDamaged = (row: Row) => (isDamaged(() => read(row)) ? row.sessionId : undefined);
      return this.#living(kind, idOfDamaged, undefined, (id) => unreadable.push(id));
    };
    const signIns = await look("sign_in", (row) => this.#open(row));
    const clients = await look("client", readClient);
    return unreadable.concat(signIns, clients);
  }

  async #insert(row: Row): Promise<void> {
    if (!(await this.#rows.insert(row, this.#now()))) throw new GatewayError("session_exists");
  }

  /** What `take` makes of the rows that have not expired; undefined is left out. */
  async #living<T>(
    kind: Row["kind"],
    take: (row: Row) => T | undefined,
    identity?: string,
    onDamaged?: (sessionId: string) => void,
  ): Promise<T[]> {
    const rows = await this.#rows.list(kind, identity, onDamaged);
    return collectInTurns(rows, (row) => (this.#lives(row) ? take(row) : undefined));
  }

  #lives(row: Row): boolean {
    return row.expiresAt > this.#now();
  }

  #lifetime(ttlSeconds: number | undefined, session: SessionData): Lifetime {
    if (ttlSeconds === undefined) return { slides: true, expiresAt: this.#slidingEnd(session) };
    if (!(ttlSeconds > 0 && Number.isSafeInteger(Math.ceil(ttlSeconds * 1000)))) {
      throw new GatewayError("validation_failed", {
        detail: "Session: the time to live is a positive number of seconds.",
      });
    }
    return { slides: false, expiresAt: this.#now() + Math.ceil(ttlSeconds * 1000) };
  }

  /** ms since 1970. */
  #slidingEnd(session: SessionData): number {
    return isSignedIn(session) ? NEVER : this.#now() + TWELVE_HOURS_MS;
  }

  /** When a record ends that is used now; never earlier than before. */
  #renewed({ session, slides }: SignInRecord, { expiresAt }: Row): number {
    return slides ? Math.max(this.#slidingEnd(session), expiresAt) : expiresAt;
  }

  #signInRow(given: SessionData, { slides, expiresAt }: Lifetime): Row {
    const session = checked(ownedSession, given);
    return {
      sessionId: session.sessionId,
      kind: "sign_in",
      identity: session.identity,
      data: writeSignIn({ session, slides }, this.#sealer),
      subscriptions: [],
      createdAt: session.createdAt,
      expiresAt,
    };
  }

  #clientRow(given: ClientSession): Row {
    const session = checked(clientSession, given);
    return {
      sessionId: session.sessionId,
      kind: "client",
      identity: null,
      data: JSON.stringify({ ...session, subscriptions: [] }),
      subscriptions: [...new Set(session.subscriptions)],
      createdAt: session.createdAt,
      expiresAt: session.lastSeenAt + this.#clientIdleMs(),
    };
  }

  #open({ sessionId, data }: Row): SignInRecord {
    return readSignIn(sessionId, data, this.#sealer);
  }
}

/** Earlier builds had what it subscribed to in its data, where there is none any more. */
function readClient({ data, subscriptions }: Row): ClientSession {
  const session = stored(clientSession, parse(data));
  return { ...session, subscriptions: [...new Set([...session.subscriptions, ...subscriptions])] };
}

const isDamaged = (read: () => unknown): boolean => {
  try {
    read();
    return false;
  } catch (error) {
    return isDamage(error);
  }
};

/** Somebody signed in, which lasts until it is revoked or removed. */
const isSignedIn = ({ tokens }: SessionData): boolean => tokens !== undefined;

const idOf = ({ sessionId }: Row): string => sessionId;

/** A record keeps the id and the identity it is found by. */
const refuseMove = <Name extends string>(
  name: Name,
  current: string,
  changes: Partial<Record<Name, string | undefined>>,
): void => {
  if (name in changes && changes[name] !== current) {
    throw new GatewayError("validation_failed", {
      detail: `Session: the ${name} of a session cannot be changed.`,
    });
  }
};
