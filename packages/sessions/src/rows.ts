/** When a record expires that does not. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** One stored record. `data` is JSON text; nothing in it is secret unless it is sealed. */
export interface Row {
  sessionId: string;
  kind: "sign_in" | "client";
  /** Owner of a sign-in; null for client sessions. */
  identity: string | null;
  data: string;
  /** URIs that a client subscribed to; a sign-in has none. */
  subscriptions: readonly string[];
  /** ms since 1970. */
  createdAt: number;
  /** ms since 1970, or {@link NEVER}. */
  expiresAt: number;
}

/** What of a row can change; the rest is as it was inserted. */
type RowChange = Pick<Row, "data" | "subscriptions" | "expiresAt">;

/**
 * What a storage engine has to offer; everything else is the same for all of them. Rows go in and
 * out as copies.
 */
export interface Rows {
  /** Rejects when the engine cannot be used. */
  init(): Promise<void>;
  /** Stores a row unless its id is taken by one that lives at `now`. Atomic. Says if it did. */
  insert(row: Row, now: number): Promise<boolean>;
  /** The row with this id, expired or not. */
  read(kind: Row["kind"], sessionId: string): Promise<Row | null>;
  /**
   * The rows of one kind, or of one identity in it, expired or not; oldest first, then by id.
   *
   * @param onDamaged told the id of a record that the engine cannot read, where it may have such;
   * it is left out
   */
  list(
    kind: Row["kind"],
    identity?: string,
    onDamaged?: (sessionId: string) => void,
  ): Promise<Row[]>;
  /**
   * Changes each of the rows as `change` says, or leaves it where that is null; all of them or,
   * when it throws, none. Atomic. Says how many were changed.
   */
  modify(
    kind: Row["kind"],
    sessionIds: Iterable<string>,
    change: (row: Row) => RowChange | null,
  ): Promise<number>;
  /** Removes one row; with `identity` only if it belongs to that. */
  remove(kind: Row["kind"], sessionId: string, identity?: string): Promise<void>;
  removeAll(kind: Row["kind"]): Promise<void>;
  /** Removes what has expired at `now`, and says how many that were. */
  removeExpired(now: number): Promise<number>;
}

/** The order of a list. */
export const olderFirst = (a: Row, b: Row): number =>
  a.createdAt - b.createdAt || (a.sessionId < b.sessionId ? -1 : 1);
