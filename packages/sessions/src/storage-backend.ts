import type { ClientSession } from "./client-session.ts";
import type { SessionData } from "./session-data.ts";

export type ClientSessionChanges =
  | Partial<ClientSession>
  | ((session: ClientSession) => Partial<ClientSession>);

/**
 * A store for the two kinds of session. Every backend keeps these rules:
 *
 * - Sign-ins (`SessionData`) belong to an identity and are found with it only. They live exactly
 *   as long as the `ttlSeconds` they were given; without, 12 hours from their last `getSession`
 *   (sliding; renewed once a minute at most) until they have `tokens`, and then for ever.
 * - Client sessions live as long as the backend's idle time after `lastSeenAt`.
 * - An expired record is gone for every method, before anything has swept it.
 * - Ids are unique in a store, over both kinds; the id of one kind never opens the other.
 * - What is given and what is returned are copies.
 * - A record that is damaged where it is stored costs no other: lists of sessions and `touch` pass it
 *   over, lists of ids name it, and whoever asks for it alone is told.
 *
 * All methods reject with a GatewayError: `validation_failed` for a record that does not fit its
 * schema, `database_damaged` or `secret_damaged` for a stored one that cannot be read.
 */
export interface StorageBackend {
  /** Makes the store ready, or rejects with the reason why it cannot be used. */
  init(): Promise<void>;
  /** 22 random letters and digits, a letter first. */
  generateSessionId(): string;
  /** @throws GatewayError `session_exists` */
  createSession(session: SessionData, ttlSeconds?: number): Promise<void>;
  getSession(identity: string, sessionId: string): Promise<SessionData | null>;
  /**
   * Merges `changes`, atomically; a member that is present and undefined is cleared. Without
   * `ttlSeconds` the remaining time stays what it is.
   * @throws GatewayError `sign_in_not_found`
   */
  updateSession(
    identity: string,
    sessionId: string,
    changes: Partial<SessionData>,
    ttlSeconds?: number,
  ): Promise<void>;
  /** Resolves also when there is none. */
  removeSession(identity: string, sessionId: string): Promise<void>;
  /** The sign-ins of one identity, oldest first. */
  getIdentitySessionsData(identity: string): Promise<SessionData[]>;
  /** Their ids. */
  getIdentityMcpSessions(identity: string): Promise<string[]>;
  /** The ids of all sign-ins. */
  getAllSessionIds(): Promise<string[]>;
  /**
   * Removes all sign-ins, whoever stored them: on a store that gateways share also theirs, and
   * their list of revoked tokens.
   */
  clearAll(): Promise<void>;
  /** Removes what has expired, of both kinds, and says how many records that were. */
  cleanupExpiredSessions(): Promise<number>;
  /** Gives up what `init` took. A handle that was given to the backend stays open. */
  disconnect(): Promise<void>;

  /** @throws GatewayError `session_exists` */
  createClientSession(session: ClientSession): Promise<void>;
  getClientSession(sessionId: string): Promise<ClientSession | null>;
  /**
   * Merges `changes`, atomically; as a function they are made of what the session is just then, and
   * it may be called more than once.
   * @throws GatewayError `session_not_found`
   */
  updateClientSession(sessionId: string, changes: ClientSessionChanges): Promise<void>;
  /** Resolves also when there is none. */
  removeClientSession(sessionId: string): Promise<void>;
  /** Oldest first. */
  listClientSessions(): Promise<ClientSession[]>;
  /**
   * Sets `lastSeenAt` (ms since 1970) of many client sessions at once. Unknown ids are passed
   * over, and a time before the stored one changes nothing.
   */
  touch(seen: ReadonlyMap<string, number>): Promise<void>;
}
