import type { Sealer } from "@local-mcp/vault";
import type { StorageOptions } from "./record-storage.ts";
import { RecordStorage } from "./record-storage.ts";
import { olderFirst, type Row, type Rows } from "./rows.ts";
import { collectInTurns, sortInTurns } from "./turns.ts";

interface MemoryStorageOptions extends StorageOptions {
  /** Seals what is secret, so that the records can be moved to a store that outlives the process. */
  sealer?: Sealer;
}

/** Nothing leaves the process, so there is nothing to protect. */
const unsealed: Sealer = { seal: (text) => text, open: (text) => text };

/** Sessions in memory: gone when the process ends. */
export class MemoryStorageBackend extends RecordStorage {
  constructor({ sealer = unsealed, ...options }: MemoryStorageOptions = {}) {
    super(memoryRows(), sealer, options);
  }
}

/** Rows are never changed in place, so handing one out is handing out a copy. */
const memoryRows = (): Rows => {
  const rows = new Map<string, Readonly<Row>>();
  /** Ids by identity, so that finding those of one walks over no others. */
  const owned = new Map<string, Set<string>>();

  const find = (kind: Row["kind"], sessionId: string): Readonly<Row> | null => {
    const row = rows.get(sessionId);
    return row?.kind === kind ? row : null;
  };

  const drop = ({ sessionId, identity }: Row): void => {
    rows.delete(sessionId);
    if (identity === null) return;
    const ids = owned.get(identity);
    ids?.delete(sessionId);
    if (ids?.size === 0) owned.delete(identity);
  };

  const put = (row: Row): void => {
    const taken = rows.get(row.sessionId);
    if (taken !== undefined) drop(taken);
    rows.set(row.sessionId, row);
    if (row.identity === null) return;
    const ids = owned.get(row.identity) ?? new Set();
    owned.set(row.identity, ids.add(row.sessionId));
  };

  const removeWhere = async (doomed: (row: Row) => boolean): Promise<number> => {
    const removed = await collectInTurns([...rows.keys()], (sessionId) => {
      const row = rows.get(sessionId);
      if (row === undefined || !doomed(row)) return undefined;
      drop(row);
      return sessionId;
    });
    return removed.length;
  };

  const candidates = (identity: string | undefined): Iterable<Readonly<Row>> =>
    identity === undefined
      ? rows.values()
      : [...(owned.get(identity) ?? [])].flatMap((id) => rows.get(id) ?? []);

  return {
    init: async () => {},
    insert: async (row, now) => {
      const taken = rows.get(row.sessionId);
      if (taken !== undefined && taken.expiresAt > now) return false;
      put(row);
      return true;
    },
    read: async (kind, sessionId) => find(kind, sessionId),
    list: async (kind, identity) => {
      const ofKind = (row: Row) => (row.kind === kind ? row : undefined);
      return sortInTurns(await collectInTurns([...candidates(identity)], ofKind), olderFirst);
    },
    modify: async (kind, sessionIds, change) => {
      const changed: Row[] = [];
      for (const sessionId of sessionIds) {
        const row = find(kind, sessionId);
        const changes = row && change(row);
        if (row === null || changes === null) continue;
        const { data, subscriptions, expiresAt } = changes;
        changed.push({ ...row, data, subscriptions, expiresAt });
      }
      for (const row of changed) rows.set(row.sessionId, row);
      return changed.length;
    },
    remove: async (kind, sessionId, identity) => {
      const row = find(kind, sessionId);
      if (row !== null && (identity === undefined || row.identity === identity)) drop(row);
    },
    removeAll: async (kind) => {
      await removeWhere((row) => row.kind === kind);
    },
    removeExpired: async (now) => removeWhere((row) => row.expiresAt <= now),
  };
};
