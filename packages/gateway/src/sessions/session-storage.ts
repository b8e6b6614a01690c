import { setImmediate } from "node:timers/promises";
import { GatewayError, type SessionStoreView } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import {
  ForwardingStorage,
  type OpenedStorage,
  openStorage,
  placeOf,
  type SharedStore,
  type StoreFinding,
  type StorageBackend,
} from "@local-mcp/sessions";
import type { Vault } from "@local-mcp/vault";
import type { Configuration } from "../configuration/configuration.ts";
import type { Events } from "../events.ts";
import type { GatewayOptions } from "../gateway-types.ts";
import type { Stores } from "../stores.ts";
import { type ChosenStore, chooseStore } from "./choose-store.ts";
import { LateSharedStore } from "./late-shared-store.ts";
import { StandIn } from "./stand-in.ts";

export interface SessionStorageOptions {
  kind: GatewayOptions["kind"];
  configuration: Configuration;
  stores: Pick<Stores, "db">;
  vault: Vault;
  clientIdleMs: () => number;
  events: Pick<Events, "publish">;
  /** The store fails, or works again. */
  onChange: () => void;
  log: Log;
  now?: () => number;
}

/** Why the store cannot be used. */
interface Failure {
  error: GatewayError;
  /** ms since 1970. */
  since: number;
}

/** How often sessions that have expired are removed, ms. */
const SWEEP_MS = 10 * 60_000;
/**
 * How long after a try that failed the store is tried again, ms. Until then nobody waits for one
 * that cannot be reached.
 */
const RETRY_MS = 5000;

/** Errors that are about the store, and not about a record or what was asked for. */
const STORE_ERRORS = [
  "session_store_unreachable",
  "session_store_damaged",
  "session_store_held",
  "disk_full",
  "session_store_other_key",
  "session_store_other_configuration",
];

/**
 * The store that was chosen, and what is known of how it is. While it fails, each call fails with
 * its error, or, where that was allowed, memory is used until it works again.
 */
export class SessionStorage extends ForwardingStorage {
  readonly #options: SessionStorageOptions;
  readonly #chosen: ChosenStore;
  readonly #now: () => number;
  readonly #sweeper: NodeJS.Timeout;
  readonly #shared: LateSharedStore | null;
  readonly #withoutStandIn: StorageBackend;
  #store: OpenedStorage | null = null;
  /** Used instead of the store. */
  #memory: StandIn | null = null;
  #failure: Failure | null = null;
  #retry: NodeJS.Timeout | null = null;
  #trying: Promise<void> | null = null;
  /** Of a store that may not be used any more, that it is closed. */
  #parting: Promise<void> = Promise.resolve();
  /** Calls wait while what was in memory is copied. */
  #returning: Promise<void> | null = null;
  /** Whoever is told of changes is there. */
  #isOpen = false;
  #isClosed = false;

  private constructor(options: SessionStorageOptions) {
    super();
    this.#options = options;
    this.#chosen = chooseStore(options.kind, options.configuration);
    const { type } = this.#chosen.choice;
    const isShared = type === "redis" || type === "postgres";
    this.#shared = isShared ? new LateSharedStore(() => this.refuseFailed()) : null;
    this.#withoutStandIn = new StoreItself(this, (work) => this.#ask(work));
    this.#now = options.now ?? (() => Date.now());
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /**
   * Opens the store. Where it cannot be used, {@link refuseFailed} says so to who needs it.
   *
   * @throws GatewayError as chooseStore, and what is wrong with what was chosen
   */
  static async open(options: SessionStorageOptions): Promise<SessionStorage> {
    const storage = new SessionStorage(options);
    try {
      await storage.#try();
    } catch (error) {
      // A command works on the data all the same, and says it where sessions are asked for.
      if (options.kind !== "cli" && !isOfStore(error)) {
        await storage.close();
        throw error;
      }
    }
    storage.#isOpen = true;
    return storage;
  }

  get backend(): StorageBackend {
    return this;
  }

  /**
   * The store and never memory in its place: for what all gateways on it must have learned, which is
   * not stored before it is there.
   */
  get withoutStandIn(): StorageBackend {
    return this.#withoutStandIn;
  }

  /** What the store offers to several gateways; null where it is for one. */
  get shared(): SharedStore | null {
    return this.#shared;
  }

  get keepsMessages(): boolean {
    return this.#chosen.keepsMessages;
  }

  /** What should be known of the store; null while it works. */
  get warning(): GatewayError | null {
    if (this.#failure === null) return null;
    const { error, since } = this.#failure;
    const time = new Date(since).toTimeString().slice(0, 5);
    return new GatewayError("session_store_down", {
      what:
        error.code === "session_store_unreachable"
          ? `${this.#name()} cannot be reached since ${time}.`
          : `${error.message} Since ${time}.`,
      memory: this.#memory === null ? "" : " Memory is used until then.",
      action: error.wayOut,
    });
  }

  /** @throws GatewayError why the store cannot be used, unless memory may be instead */
  refuseFailed(): void {
    if (this.#failure !== null && this.#memory === null) throw this.#failure.error;
  }

  /** Others have let in who this gateway does not go with: the store is opened anew until it is in. */
  refused(error: GatewayError): void {
    const store = this.#store;
    if (store === null || this.#isClosed) return;
    this.#store = null;
    this.#shared?.gone();
    this.#parting = this.#part(store);
    // It answers: whatever was wrong until now, this is something else.
    this.#failure = null;
    this.#fails(error);
  }

  async view(): Promise<SessionStoreView> {
    const { choice, chosenBy, keepsMessages } = this.#chosen;
    const { warning } = this;
    return {
      type: choice.type,
      place: this.#place(),
      chosenBy,
      isShared: this.#shared !== null,
      keepsMessages,
      problem: warning && {
        message: warning.message,
        wayOut: warning.wayOut,
        since: this.#failure?.since ?? this.#now(),
        usesMemory: this.#memory !== null,
      },
      members: await this.#members(),
    };
  }

  /** Tries a store that cannot be used again, now. What comes of it is in {@link view}. */
  async retry(): Promise<void> {
    await this.#tryAgain();
  }

  /** Looks at the store, and at who uses it with this gateway. */
  async examine(): Promise<StoreFinding[]> {
    const { choice, chosenBy } = this.#chosen;
    const { warning } = this;
    const where =
      choice.type === "memory" ? "in memory" : `in ${this.#name().replace(/^The/, "the")}`;
    const by = chosenBy === "default" ? "" : `, chosen by ${chosenBy}`;
    const findings: StoreFinding[] = [
      { level: "ok", message: `Sessions are kept ${where}${by}.`, wayOut: null },
    ];
    if (choice.type === "memory") {
      findings.push({
        level: "note",
        message: "Sessions in memory are lost when the gateway stops.",
        wayOut: `Unset ${chosenBy}: then they are in the gateway's own database.`,
      });
    }
    if (warning !== null) {
      const { message, wayOut } = warning;
      return [...findings, { level: "problem", message, wayOut }];
    }
    return [...findings, ...(await this.#look()), ...(await this.#neighbours())];
  }

  async init(): Promise<void> {
    await this.#tryAgain();
    this.refuseFailed();
  }

  async disconnect(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#trying;
    await this.#parting;
    await this.#store?.close();
  }

  protected async use<T>(work: (backend: StorageBackend) => Promise<T>): Promise<T> {
    await this.#returning;
    if (this.#memory !== null) return work(this.#memory);
    try {
      return await this.#ask(work);
    } catch (error) {
      // What the store has of it all the same is what counts once it is back.
      if (isOfStore(error) && this.#memory !== null) return this.use(work);
      throw error;
    }
  }

  /** Then what is read says nothing of whether more can be written; the next try does. */
  get #isFull(): boolean {
    return this.#failure?.error.code === "disk_full";
  }

  async #ask<T>(work: (backend: StorageBackend) => Promise<T>): Promise<T> {
    const failed = this.#failure?.error;
    if (failed?.code === "session_store_unreachable") throw failed;
    if (this.#store === null) throw failed ?? new GatewayError("shutting_down");
    try {
      const result = await work(this.#store.backend);
      // Memory goes on until the store has what is in it.
      if (this.#failure !== null && this.#memory === null && !this.#isFull) this.#works();
      return result;
    } catch (error) {
      if (isOfStore(error)) this.#fails(error);
      throw error;
    }
  }

  async #part(store: OpenedStorage): Promise<void> {
    try {
      await store.close();
    } catch (error) {
      this.#options.log.error("the session store could not be closed", { error: String(error) });
    }
  }

  get #storageOptions() {
    const { vault: sealer, clientIdleMs } = this.#options;
    return { sealer, clientIdleMs, now: this.#now };
  }

  #tryAgain(): Promise<void> {
    this.#trying ??= this.#try()
      // Whatever it was has been kept; nothing else would try again.
      .catch(() => this.#tryLater())
      .finally(() => {
        this.#trying = null;
      });
    return this.#trying;
  }

  /** @throws what keeps the store from being used */
  async #try(): Promise<void> {
    try {
      const opened = this.#store;
      const store = opened ?? (await this.#open());
      if (opened !== null && this.#failure !== null) await opened.backend.init();
      // Meanwhile it may have been closed.
      if (this.#store !== opened) return;
      this.#store = store;
      await this.#return(store);
      if (this.#failure !== null) this.#works();
      if (opened === null) this.#shared?.missed();
    } catch (error) {
      if (error instanceof GatewayError) this.#fails(error);
      throw error;
    }
  }

  async #open(): Promise<OpenedStorage> {
    const { db } = this.#options.stores;
    await this.#parting;
    const store = await openStorage(this.#chosen.choice, { ...this.#storageOptions, db });
    try {
      if (store.shared !== null) await this.#shared?.arrived(store.shared);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Back to the store, with what it has missed. What it has itself is not changed. */
  async #return(store: OpenedStorage): Promise<void> {
    const memory = this.#memory;
    if (memory === null) return;
    const copying = async (): Promise<void> => {
      // Calls that are in memory already end first.
      await setImmediate();
      const copied = await memory.handOver(store.backend, this.#now());
      this.#memory = null;
      // Those that wait for it find a store that works.
      if (this.#failure !== null) this.#works();
      this.#options.log.info("sessions were copied from memory", { store: this.#name(), copied });
    };
    const returning = copying();
    this.#returning = returning.catch(() => {});
    try {
      await returning;
    } finally {
      this.#returning = null;
    }
  }

  #works(): void {
    if (this.#store === null) return;
    this.#failure = null;
    this.#options.log.info("the session store works again", { store: this.#name() });
    this.#changed();
  }

  #fails(error: GatewayError): void {
    const isNew = this.#failure === null;
    this.#failure = { error, since: this.#failure?.since ?? this.#now() };
    this.#tryLater();
    if (this.#chosen.fallsBack && this.#memory === null) {
      this.#memory = new StandIn(this.#storageOptions);
    }
    if (!isNew) return;
    this.#options.log.warn("the session store cannot be used", {
      store: this.#name(),
      error: error.message,
      usesMemory: this.#memory !== null,
    });
    this.#changed();
  }

  #changed(): void {
    if (!this.#isOpen) return;
    this.#options.events.publish({ type: "sessions.changed" });
    this.#options.onChange();
  }

  #tryLater(): void {
    if (this.#isClosed || this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#tryAgain();
    }, RETRY_MS);
    this.#retry.unref();
  }

  async #sweep(): Promise<void> {
    try {
      await this.cleanupExpiredSessions();
    } catch (error) {
      // Of a store that fails it has been said.
      if (isOfStore(error)) return;
      this.#options.log.error("expired sessions could not be removed", { error: String(error) });
    }
  }

  async #members(): Promise<SessionStoreView["members"]> {
    if (this.#shared === null || this.#failure !== null) return [];
    const self = this.#shared.memberId;
    try {
      const members = await this.#shared.members();
      return members.map(({ id, name, joinedAt, seenAt }) => ({
        name,
        isSelf: id === self,
        joinedAt,
        seenAt,
      }));
    } catch {
      // The next call of the store finds out, and says so.
      return [];
    }
  }

  async #look(): Promise<StoreFinding[]> {
    try {
      return (await this.#store?.examine()) ?? [];
    } catch (error) {
      const message = `The store could not be looked at: ${String(error)}`;
      return [{ level: "note", message, wayOut: null }];
    }
  }

  async #neighbours(): Promise<StoreFinding[]> {
    const members = await this.#members();
    if (members.length === 0) return [];
    const names = members.map(({ name, isSelf }) => (isSelf ? `${name} (this one)` : name));
    const message = `Gateways that share it: ${names.join(", ")}.`;
    return [{ level: "ok", message, wayOut: null }];
  }

  #place(): string {
    const { choice } = this.#chosen;
    const isOwn = choice.type === "sqlite" && choice.path === null;
    if (isOwn) return this.#options.configuration.paths.database;
    return this.#store?.place ?? placeOf(choice);
  }

  #name(): string {
    const { type } = this.#chosen.choice;
    const place = this.#place();
    if (type === "redis") return `Redis at ${place}`;
    if (type === "postgres") return `PostgreSQL at ${place}`;
    return `The session store ${place}`;
  }
}

/** What {@link SessionStorage.withoutStandIn} is. */
class StoreItself extends ForwardingStorage {
  readonly #storage: SessionStorage;
  readonly #ask: ForwardingStorage["use"];

  constructor(storage: SessionStorage, ask: ForwardingStorage["use"]) {
    super();
    this.#storage = storage;
    this.#ask = ask;
  }

  init(): Promise<void> {
    return this.#storage.init();
  }

  disconnect(): Promise<void> {
    return this.#storage.close();
  }

  protected use<T>(work: (backend: StorageBackend) => Promise<T>): Promise<T> {
    return this.#ask(work);
  }
}

const isOfStore = (error: unknown): error is GatewayError =>
  error instanceof GatewayError && STORE_ERRORS.includes(error.code);
