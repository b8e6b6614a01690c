import { settingsUpdate } from "@local-mcp/contract";
import type { Settings } from "@local-mcp/contract";
import type { Stores } from "../stores.ts";
import type { SettingsChange } from "./settings-service.ts";

/** Where stored settings are. */
export interface SettingsStore {
  /** What is stored, without the defaults. */
  read(): Partial<Settings>;
  /** All of it or nothing; null goes back to the default. */
  write(changes: SettingsChange): void;
}

/** Stored settings are those of the contract; anything else in the table is somebody else's. */
export const createSettingsStore = ({ settings, db }: Stores): SettingsStore => ({
  read: () => settingsUpdate.parse(Object.fromEntries(settings.all())),
  write: (changes) => {
    db.transaction(() => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) settings.delete(key);
        else if (value !== undefined) settings.set(key, value);
      }
    });
  },
});
