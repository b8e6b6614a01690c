import type { settingsUpdate, settingView } from "@local-mcp/contract";
import type { z } from "zod";
import type { Configuration } from "../configuration/configuration.ts";

/** Where stored settings are. */
export interface SettingsStore {
  read(): Record<string, unknown>;
  write(changes: Record<string, unknown>): void;
}

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

  list(): z.infer<typeof settingView>[] {
    return this.#configuration.views();
  }

  update(changes: z.infer<typeof settingsUpdate>): z.infer<typeof settingView>[] {
    this.#store.write(changes);
    this.#configuration.store(this.#store.read());
    this.#onChange();
    return this.list();
  }
}
