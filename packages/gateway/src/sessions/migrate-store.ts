import { recoverRestore } from "@local-mcp/backup";
import { GatewayError } from "@local-mcp/contract";
import { createDb, type Db, lockDataDirectory } from "@local-mcp/database";
import {
  type Migrated,
  type MigrateOptions,
  migrateSessions,
  type OpenedStorage,
  openStorage,
  type StorageType,
} from "@local-mcp/sessions";
import { Configuration } from "../configuration/configuration.ts";
import type { GatewayOptions } from "../gateway-types.ts";
import { storeOfType } from "./choose-store.ts";

/** Stores that something can be copied from or to. */
export type LastingStore = Exclude<StorageType, "memory">;

export interface StoresMigrated extends Migrated {
  /** Where they are, for people. */
  from: string;
  to: string;
}

/**
 * Copies sessions from one store to another, each where the environment says. No gateway is needed
 * for it, and none may use the store that is copied: what it changed meanwhile would be left behind.
 *
 * @throws GatewayError data_dir_held, session_store_in_use, session_store_unset,
 * session_store_unreachable, and as migrateSessions
 */
export async function migrateStore(
  options: Pick<GatewayOptions, "dataDir" | "configEnv" | "env">,
  types: { from: LastingStore; to: LastingStore },
  how: Omit<MigrateOptions, "now">,
): Promise<StoresMigrated> {
  const configuration = new Configuration(options);
  const choices = {
    from: storeOfType(types.from, configuration),
    to: storeOfType(types.to, configuration),
  };
  const isOwn = Object.values(choices).some((one) => one.type === "sqlite" && one.path === null);
  const own = isOwn ? await openOwn(configuration.paths) : null;
  const opened: OpenedStorage[] = [];
  try {
    const open = async (choice: (typeof choices)["from"]): Promise<OpenedStorage> => {
      const store = await openStorage(choice, own ? { db: own.db } : {});
      opened.push(store);
      return store;
    };
    const from = await open(choices.from);
    const to = await open(choices.to);
    const users = (await from.shared?.members()) ?? [];
    if (users.length > 0) {
      throw new GatewayError("session_store_in_use", {
        store: from.place,
        members: users.map(({ name }) => name).join(", "),
      });
    }
    const { rows } = from.backend;
    const migrated = await migrateSessions(rows, to.backend.rows, { ...how, now: Date.now() });
    return { ...migrated, from: from.place, to: to.place };
  } finally {
    await Promise.all(opened.map((store) => store.close()));
    own?.close();
  }
}

/** @throws GatewayError data_dir_held, naming who holds it */
async function openOwn(paths: Configuration["paths"]): Promise<{ db: Db; close: () => void }> {
  const lock = lockDataDirectory(paths, { kind: "cli" });
  try {
    const { outcome } = await recoverRestore(paths);
    // What was put in place has to prove itself first, as the next start has it do.
    if (outcome === "forward") throw new GatewayError("restore_under_way");
    const db = createDb({ path: paths.database });
    const close = (): void => {
      db.close();
      lock.release();
    };
    return { db, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
