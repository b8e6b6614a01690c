import { recoverRestore } from "@local-mcp/backup";
import { type BackupJob, type BackupView, GatewayError } from "@local-mcp/contract";
import { lockDataDirectory } from "@local-mcp/database";
import type { AuditActor } from "../audit/note.ts";
import { Configuration } from "../configuration/configuration.ts";
import type { Events } from "../events.ts";
import { GatewayHost } from "../gateway-host.ts";
import type { GatewayOptions } from "../gateway-types.ts";
import { LOCAL } from "../tokens/principal.ts";
import { backupsWithoutSettings } from "./elsewhere.ts";
import type { RestoreRequest } from "./restorer.ts";

/** A data directory whose database does not open: its backups, and the way back. */
export interface RecoveryMode {
  /** Those in the data directory and in the folder that was last written to, newest first. */
  backups(): Promise<BackupView[]>;
  /**
   * Puts a backup in the place of the database, which is kept for 30 days. Once; close it then and
   * open the gateway. Commands of a file that is not listed are to be allowed anew: nobody has seen
   * which they are.
   *
   * @param source a backup that is listed, by its id, or the path of a file
   * @throws GatewayError backup_not_found, backup_wrong_passphrase, backup_damaged, …
   */
  restore(source: { backup: string } | { file: string }, passphrase: string | null): Promise<void>;
  job(): BackupJob | null;
  /** @throws GatewayError backup_not_cancellable */
  cancel(): void;
  /** Tells of `backups.changed` while a restore goes on. */
  events: Events;
  close(): Promise<void>;
}

/**
 * Holds a data directory that `createGateway` refused with `database_damaged` or `database_newer`.
 *
 * @throws GatewayError data_dir_held, restore_intent_damaged
 */
export async function openRecovery(options: GatewayOptions): Promise<RecoveryMode> {
  const { paths } = new Configuration(options);
  const lock = lockDataDirectory(paths, { kind: options.kind });
  const host = new GatewayHost(options, paths, () => lock.release());
  const actor: AuditActor = { ...LOCAL, kind: options.kind === "app" ? "app" : "cli" };
  const list = () => backupsWithoutSettings(paths.backups);
  try {
    await recoverRestore(paths);
  } catch (error) {
    await host.close();
    throw error;
  }
  return {
    backups: async () => (await list()).map(({ view }) => view),
    async restore(source, passphrase) {
      const { file, name, isUnseen } =
        "file" in source ? await given(source.file) : await find(source.backup);
      const request = { kind: "restore", actor, file, name, passphrase, digest: null } as const;
      await host.restorer.begin({ ...request, parts: [], isUnseen }).done;
    },
    job: () => host.jobs.current,
    cancel: () => host.jobs.cancel(),
    events: host.events,
    close: async () => void (await host.close()),
  };

  async function given(file: string): Promise<Found> {
    const isListed = (await list()).some(({ path }) => path === file);
    return { file, name: file, isUnseen: !isListed };
  }

  async function find(backup: string): Promise<Found> {
    const found = (await list()).find(({ view }) => view.id === backup);
    if (found === undefined) throw new GatewayError("backup_not_found", { backup });
    return { file: found.path, name: found.view.name, isUnseen: false };
  }
}

type Found = Required<Pick<RestoreRequest, "file" | "name" | "isUnseen">>;
