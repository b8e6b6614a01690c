import {
  finishRestore,
  forgetOldStates,
  type Recovery,
  recoverRestore,
  rollBack,
} from "@local-mcp/backup";
import { GatewayError } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { EndedProcesses } from "@local-mcp/engine";
import { createRedactor, type Vault } from "@local-mcp/vault";
import { lastingClient } from "./api/lasting-client.ts";
import { GATEWAY } from "./audit/note.ts";
import { Jobs } from "./backups/jobs.ts";
import { type RestoreHost, type RestoreRecord, Restorer } from "./backups/restorer.ts";
import { Configuration } from "./configuration/configuration.ts";
import { Events } from "./events.ts";
import type { Gateway, GatewayOptions } from "./gateway-types.ts";
import { createLog } from "./log.ts";
import { openRun } from "./open-run.ts";
import type { Run, Shell } from "./run-types.ts";
import { newToken } from "./tokens/tokens.ts";
import { vaultOfNothing } from "./vault/open-vault.ts";

const NOTHING_ENDED: EndedProcesses = { servers: 0, processes: 0, forced: [], left: [] };

/** What is read anew after a restore: everything. */
const ALL_CHANGED = [
  "servers.changed",
  "profiles.changed",
  "tools.changed",
  "prompts.changed",
  "resources.changed",
  "roots.changed",
  "tokens.changed",
  "settings.changed",
  "vault.changed",
  "sessions.changed",
  "clients.changed",
  "audit.changed",
  "backups.changed",
  "transfer.changed",
] as const;

/**
 * What stays while a restore replaces the data: the lock on the directory, the events, the token of
 * the command line, and the job itself. Everything else belongs to a run, of which there is one at a
 * time.
 */
export class GatewayHost implements RestoreHost {
  readonly #options: GatewayOptions;
  readonly #paths: Paths;
  readonly #release: () => void;
  readonly events = new Events();
  readonly #shell: Shell;
  readonly #log;
  readonly jobs: Jobs;
  readonly restorer: Restorer;
  #run: Run | null = null;
  /** Why there is no run though nothing is being restored. */
  #failure: unknown = null;
  /** Of the states before earlier restores, those that were kept long enough. */
  #forgetting: Promise<void> | null = null;
  /** Whether somebody has asked it to serve. */
  #serves = false;
  #closed: Promise<EndedProcesses> | null = null;

  constructor(options: GatewayOptions, paths: Paths, release: () => void) {
    this.#options = options;
    this.#paths = paths;
    this.#release = release;
    this.#log = createLog(options.log ?? (() => {}), options.redactor ?? createRedactor());
    this.jobs = new Jobs({
      onChange: () => this.events.publish({ type: "backups.changed" }),
      log: this.#log,
    });
    this.restorer = new Restorer({
      paths,
      jobs: this.jobs,
      host: this,
      now: () => Date.now(),
      log: this.#log,
    });
    const { events, jobs, restorer } = this;
    this.#shell = {
      events,
      jobs,
      restorer,
      cliToken: newToken(),
      port: null,
      isRestored: false,
      isChecked: false,
    };
  }

  /** Opens what is there, after a restore that was decided is finished or taken back. */
  async open(): Promise<void> {
    const found = await recoverRestore(this.#paths);
    await (found.outcome === "nothing" ? this.start() : this.#openRestored(found));
    this.#forgetting = this.#forget();
  }

  /** Nobody waits for it but who replaces the data, or gives the directory back. */
  async #forget(): Promise<void> {
    try {
      await forgetOldStates(this.#paths, Date.now());
    } catch (error) {
      this.#log.warn("what was kept of earlier restores is still there", { error: String(error) });
    }
  }

  async #openRestored(found: Exclude<Recovery, { outcome: "nothing" }>): Promise<void> {
    const { intent } = found;
    const what = { actor: GATEWAY, kind: "restore", name: intent.from } as const;
    if (found.outcome === "forward") {
      try {
        await this.start({ isRestored: true });
        await this.prove();
        await finishRestore(this.#paths, intent);
        return this.record({ ...what, error: null });
      } catch (error) {
        this.#log.error("what was restored did not open", { error: String(error) });
        await this.stop();
        await rollBack(this.#paths, intent);
      }
    }
    await this.start();
    this.record({ ...what, error: "restore_rolled_back" });
  }

  /** The gateway that stays the same however often its data are replaced. */
  gateway(): Gateway {
    const current = (): Run => this.#current();
    return {
      api: lastingClient(() => current().api),
      get router() {
        return current().router;
      },
      get context() {
        return current().context;
      },
      get backups() {
        return current().backups;
      },
      events: this.events,
      listen: () => {
        this.#serves = true;
        return current().listen();
      },
      recheck: (reason) => this.#run?.recheck(reason),
      close: () => this.close(),
    };
  }

  get isOpen(): boolean {
    return this.#run !== null;
  }

  vault(): Vault {
    if (this.#run) return this.#run.vault;
    return vaultOfNothing({
      configuration: new Configuration(this.#options),
      passphrase: this.#options.vaultPassphrase ?? null,
      keychain: this.#options.keychain ?? null,
    });
  }

  async stop(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.close();
    await this.#forgetting;
  }

  async start({ isRestored = false, isChecked = false } = {}): Promise<void> {
    const configuration = new Configuration(this.#options);
    this.#shell.isRestored = isRestored;
    this.#shell.isChecked = isChecked;
    try {
      this.#run = await openRun(this.#options, configuration, this.#shell);
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async prove(): Promise<void> {
    await this.#run?.tryOut();
  }

  async resume(): Promise<void> {
    try {
      // Where that fails the status says why, and it can be tried again.
      if (this.#serves) await this.#run?.listen();
    } catch (error) {
      this.#log.warn("not serving", { error: String(error) });
    }
    for (const type of ALL_CHANGED) this.events.publish({ type });
  }

  record({ actor, kind, name, error }: RestoreRecord): void {
    const action = kind === "undo" ? "backup.undo" : "backup.restore";
    const subject = { kind: "backup", id: null, name } as const;
    if (error === null) this.#run?.audit.record(actor, { action, subject });
    else this.#run?.audit.refuse(actor, { action, subject, detail: { error } });
  }

  close(): Promise<EndedProcesses> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<EndedProcesses> {
    await this.jobs.close();
    const run = this.#run;
    this.#run = null;
    try {
      return (await run?.close()) ?? NOTHING_ENDED;
    } finally {
      await this.#forgetting;
      this.#release();
    }
  }

  /** @throws GatewayError restore_under_way, shutting_down, or why nothing could be opened after it */
  #current(): Run {
    if (this.#run) return this.#run;
    if (this.#closed) throw new GatewayError("shutting_down");
    if (!this.jobs.isRunning && this.#failure !== null) throw this.#failure;
    throw new GatewayError("restore_under_way");
  }
}
