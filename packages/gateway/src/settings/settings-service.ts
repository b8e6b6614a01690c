import { isAbsolute } from "node:path";
import type { SettingKey, settingsChange, SettingView } from "@local-mcp/contract";
import { GatewayError } from "@local-mcp/contract";
import type { z } from "zod";
import type { Configuration } from "../configuration/configuration.ts";
import { problemOfFolder } from "../backups/folders.ts";
import { readCertificates } from "../runtimes/certificates.ts";
import type { SettingsStore } from "./settings-store.ts";

/** What a person changes: a value sets, null goes back to the default, absent keeps. */
export type SettingsChange = z.infer<typeof settingsChange>;

export class SettingsService {
  readonly #configuration: Configuration;
  readonly #store: SettingsStore;
  readonly #onChange: () => void;

  constructor(options: {
    configuration: Configuration;
    store: SettingsStore;
    onChange: () => void;
  }) {
    this.#configuration = options.configuration;
    this.#store = options.store;
    this.#onChange = options.onChange;
  }

  list(): SettingView[] {
    return this.#configuration.views();
  }

  /**
   * Stores all of it or nothing.
   *
   * @throws GatewayError setting_decided, file_unreadable, backup_folder_unusable
   */
  async update(changes: SettingsChange): Promise<SettingView[]> {
    for (const view of this.list()) {
      const change = changes[view.key];
      if (change !== undefined && change !== null) this.#refuseDecided(view);
    }
    if (changes.extraCaFile) readCertificates(changes.extraCaFile);
    if (changes.backupFolder) await checkFolder(changes.backupFolder);
    this.#store.write(changes);
    this.#configuration.store(this.#store.read());
    this.#onChange();
    return this.list();
  }

  /** What is stored would have no effect, and the person would wonder. */
  #refuseDecided({ key, source }: { key: SettingKey; source: SettingView["source"] }): void {
    if (source === "stored" || source === "default") return;
    throw new GatewayError("setting_decided", { key, place: this.#configuration.placeOf(key) });
  }
}

/** @throws GatewayError backup_folder_unusable */
async function checkFolder(folder: string): Promise<void> {
  const reason = isAbsolute(folder)
    ? await problemOfFolder(folder)
    : "it has to be the whole path of a folder";
  if (reason !== null) throw new GatewayError("backup_folder_unusable", { folder, reason });
}
