import {
  type BackupJob,
  GatewayError,
  type GatewayStatus,
  type ProfileView,
  type Settings,
  settings as settingsSchema,
} from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";

/** What menus, tray and notifications are made from. */
export interface GatewayView {
  status: GatewayStatus;
  profiles: ProfileView[];
  settings: Settings;
  /** The backup or restore under way, or the last one. */
  job: BackupJob | null;
}

/** Changes within this time are read together, ms: a start changes much at once. */
const TOGETHER_MS = 200;

/** Reads the gateway's state after each change and tells it. */
export class GatewayWatch {
  readonly #gateway: Pick<Gateway, "api" | "events">;
  readonly #onChange: (view: GatewayView) => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #togetherMs: number;
  #stop: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;
  #reading = false;
  #again = false;

  constructor(options: {
    gateway: Pick<Gateway, "api" | "events">;
    onChange: (view: GatewayView) => void;
    onFailure: (error: unknown) => void;
    togetherMs?: number;
  }) {
    this.#gateway = options.gateway;
    this.#onChange = options.onChange;
    this.#onFailure = options.onFailure;
    this.#togetherMs = options.togetherMs ?? TOGETHER_MS;
  }

  /** Reads once now, and after each change from now on. */
  start(): void {
    this.#stop ??= this.#gateway.events.on(() => this.#soon());
    void this.#read();
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#read();
    }, this.#togetherMs);
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      const { api } = this.#gateway;
      const [status, profiles, settings, { job }] = await Promise.all([
        api.status.get(),
        api.profiles.list(),
        api.settings.list(),
        api.backups.job(),
      ]);
      const values = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
      if (this.#stop)
        this.#onChange({ status, profiles, settings: settingsSchema.parse(values), job });
    } catch (error) {
      // While a restore replaces everything there is nothing to read; its end is an event.
      const isRestored = error instanceof GatewayError && error.code === "restore_under_way";
      if (this.#stop && !isRestored) this.#onFailure(error);
    } finally {
      this.#reading = false;
      if (this.#again && this.#stop) this.#soon();
      this.#again = false;
    }
  }
}
