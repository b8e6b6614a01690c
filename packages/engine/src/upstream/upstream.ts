import { GatewayError, type ServerState, type StatusReason } from "@local-mcp/contract";
import type {
  CatalogStore,
  Implementation,
  Launch,
  ListKind,
  Log,
  ServerCatalog,
  ServerDefinition,
} from "../definitions.ts";
import type { JsonObject, RpcNotification, RpcResponse } from "../jsonrpc.ts";
import { Connection } from "./connection.ts";
import { UpstreamFailure } from "./failure.ts";
import { shakeHands } from "./handshake.ts";
import { HttpTransport } from "./http-transport.ts";
import { emptyLists, fetchList, LIST_KINDS, LIST_METHODS, STALE_LISTS } from "./lists.ts";
import { RestartPolicy } from "./restart-policy.ts";
import { SseTransport } from "./sse-transport.ts";
import { StdioTransport } from "./stdio-transport.ts";
import type { Transport } from "./transport.ts";

/** Several list_changed notifications in a row cost one listing, ms. */
const RELIST_DEBOUNCE_MS = 100;

/** Why a secret cannot be read that is in the vault. */
const VAULT_CODES: readonly string[] = ["vault_locked", "vault_missing", "vault_wrong_key"];

/** What is seen of a server, beside what is wanted of it ({@link ServerDefinition}). */
export interface Observation {
  state: ServerState;
  reason: StatusReason | null;
  /** ms since 1970. */
  since: number;
  retryAt: number | null;
  listIncomplete: boolean;
  answerTooBig: boolean;
}

export interface UpstreamOptions {
  definition: ServerDefinition;
  launch: () => Promise<Launch>;
  store: CatalogStore;
  clientInfo: { name: string; version: string };
  maxMessageBytes: () => number;
  log: Log;
  onObservation: () => void;
  onCatalog: () => void;
}

export interface UpstreamCall {
  signal?: AbortSignal;
  onProgress?: (notification: RpcNotification) => void;
}

/**
 * Keeps one server connected: starts it, lists what it offers, starts it again after a failure as
 * the restart policy says, and answers for its last-good lists while it is away.
 */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #policy: RestartPolicy;
  #definition: ServerDefinition;
  #observation: Observation;
  #catalog: ServerCatalog | null;
  #connection: Connection | null = null;
  #transport: Transport | null = null;
  /** Output of a connection that is gone, for the person who asks why. */
  #lastOutput: string[] = [];
  /** Counts starts and stops; what belongs to an older one has no say any more. */
  #generation = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #relistTimer: NodeJS.Timeout | undefined;
  readonly #stale = new Set<ListKind>();
  #settled: PromiseWithResolve = promiseWithResolve();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#definition = options.definition;
    this.#policy = new RestartPolicy({ givesUp: options.definition.transport === "stdio" });
    this.#catalog = options.store.load(options.definition.id);
    this.#observation = {
      state: restingState(options.definition),
      reason: null,
      since: Date.now(),
      retryAt: null,
      listIncomplete: false,
      answerTooBig: false,
    };
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  get observation(): Observation {
    return this.#observation;
  }

  get catalog(): ServerCatalog | null {
    return this.#catalog;
  }

  output(): string[] {
    return this.#connection?.output() ?? this.#lastOutput;
  }

  /** Takes over a changed definition; restarts only where it changes how the server is reached. */
  async reconfigure(definition: ServerDefinition): Promise<void> {
    const before = this.#definition;
    this.#definition = definition;
    const same =
      before.configHash === definition.configHash &&
      before.enabled === definition.enabled &&
      before.confirmed === definition.confirmed;
    if (!same) await this.restart();
  }

  /** Starts it unless it runs already, or is not meant to. */
  start(): void {
    const resting = restingState(this.#definition);
    if (resting !== "idle") {
      this.#observe({ state: resting, reason: null, retryAt: null });
      return;
    }
    if (this.#connection || this.#observation.state === "starting") return;
    void this.#attempt();
  }

  /** Starts it anew, with a clean record of failures. */
  async restart(): Promise<void> {
    await this.stop();
    this.#policy.reset();
    this.start();
  }

  async stop(): Promise<void> {
    this.#generation += 1;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#relistTimer);
    this.#release();
    this.#observe({ state: restingState(this.#definition), reason: null, retryAt: null });
    this.#settled.resolve();
    await Promise.all(this.#closing);
  }

  /** Resolves when it is not starting any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#observation.state === "starting" ? this.#settled.promise : Promise.resolve();
  }

  /**
   * Sends one request once the server is up, starting it where it rests.
   *
   * @returns its answer, an error answer included, or null where it is not up
   * @throws GatewayError as {@link Connection.request}
   */
  async call(
    method: string,
    params: JsonObject,
    options: UpstreamCall,
  ): Promise<RpcResponse | null> {
    if (this.#observation.state === "idle") this.start();
    await this.settled();
    if (!this.#connection || this.#observation.state !== "ready") return null;
    return this.#connection.request(method, params, {
      timeoutMs: this.#definition.callTimeoutMs,
      signal: options.signal,
      onProgress: options.onProgress,
    });
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#generation += 1;
    const generation = this.#generation;
    this.#settled = promiseWithResolve();
    this.#observe({ state: "starting", reason: this.#observation.reason, retryAt: null });

    let ended: UpstreamFailure | null = null;
    let deadline: NodeJS.Timeout | undefined;
    try {
      const launch = await this.#resolveLaunch();
      if (generation !== this.#generation) return;
      const transport = createTransport(
        this.#definition.name,
        launch,
        this.#options.maxMessageBytes(),
      );
      const connection = new Connection(this.#definition.name, transport, {
        onNotification: (notification) => this.#onNotification(generation, notification),
        onClosed: (failure) => {
          ended = failure;
          if (this.#observation.state === "ready") this.#onFailure(generation, failure);
        },
        onOversized: () => this.#observe({ answerTooBig: true }),
      });
      this.#transport = transport;
      this.#connection = connection;

      const timedOut = new Promise<never>((_, reject) => {
        deadline = setTimeout(() => reject(this.#timeout()), this.#definition.startTimeoutMs);
      });
      const implementation = await Promise.race([timedOut, this.#connect(connection)]);
      if (generation !== this.#generation) return;
      this.#policy.ready(Date.now());
      this.#onReady(implementation);
    } catch (error) {
      this.#onFailure(generation, ended ?? asFailure(this.#definition.name, error));
    } finally {
      clearTimeout(deadline);
    }
  }

  async #connect(connection: Connection): Promise<Implementation> {
    const { name, startTimeoutMs } = this.#definition;
    await connection.open();
    const shaken = await shakeHands(name, connection, this.#options.clientInfo, startTimeoutMs);
    const offered = LIST_KINDS.filter(
      (kind) => LIST_METHODS[kind].capability in shaken.capabilities,
    );
    await this.#fetch(connection, offered, shaken.implementation);
    return shaken.implementation;
  }

  /** Fetches some lists and keeps the last good ones of the rest. */
  async #fetch(
    connection: Connection,
    kinds: readonly ListKind[],
    implementation: Implementation | null,
    keep: readonly ListKind[] = [],
  ): Promise<void> {
    const { startTimeoutMs, configHash, id } = this.#definition;
    const fetched = await Promise.all(
      kinds.map(async (kind) => [kind, await fetchList(connection, kind, startTimeoutMs)] as const),
    );
    const before = this.#catalog?.lists ?? emptyLists();
    const lists = emptyLists();
    for (const kind of keep) lists[kind] = before[kind];
    let incomplete = false;
    for (const [kind, list] of fetched) {
      lists[kind] = list?.entries ?? before[kind];
      if (!list?.complete) incomplete = true;
    }
    this.#catalog = { lists, implementation, listedAt: Date.now(), configHash };
    this.#observe({ listIncomplete: incomplete });
    this.#options.store.save(id, this.#catalog);
    this.#options.onCatalog();
  }

  #onReady(implementation: Implementation): void {
    this.#observe({ state: "ready", reason: null, retryAt: null, answerTooBig: false });
    this.#settled.resolve();
    this.#options.log.info("server ready", {
      server: this.#definition.name,
      implementation: `${implementation.name} ${implementation.version}`,
    });
  }

  #onFailure(generation: number, failure: UpstreamFailure): void {
    if (generation !== this.#generation) return;
    const failed = this.#withGarbage(failure);
    this.#release();
    this.#options.log.warn("server failed", {
      server: this.#definition.name,
      code: failed.reason.code,
      reason: failed.reason.message,
    });
    if (failed.reason.code === "sign_in") this.#rest("needs_sign_in", failed.reason);
    else if (failed.reason.code === "vault") this.#rest("locked", failed.reason);
    else if (failed.retry === "never") this.#rest("failed", failed.reason);
    else this.#retryOrGiveUp(failed.reason);
  }

  #retryOrGiveUp(reason: StatusReason): void {
    const verdict = this.#policy.failed(Date.now());
    if (verdict.kind === "give_up") {
      const lastLine = reason.detail?.split("\n").at(-1) ?? "";
      const message =
        `${this.#definition.name} failed ${verdict.failures} times in 5 minutes and was left stopped.` +
        (lastLine === "" ? "" : ` Last output: “${lastLine}”.`);
      this.#rest("failed", { code: "crash_loop", message, detail: reason.detail });
      return;
    }
    this.#observe({ state: "retrying", reason, retryAt: Date.now() + verdict.delayMs });
    this.#settled.resolve();
    this.#retryTimer = setTimeout(() => void this.#attempt(), verdict.delayMs);
  }

  /** A state that only a person, or a change of configuration, ends. */
  #rest(state: "needs_sign_in" | "locked" | "failed", reason: StatusReason): void {
    this.#observe({ state, reason, retryAt: null });
    this.#settled.resolve();
  }

  #onNotification(generation: number, notification: RpcNotification): void {
    if (generation !== this.#generation) return;
    const kinds = STALE_LISTS.get(notification.method);
    if (!kinds) return;
    for (const kind of kinds) this.#stale.add(kind);
    clearTimeout(this.#relistTimer);
    this.#relistTimer = setTimeout(() => void this.#relist(generation), RELIST_DEBOUNCE_MS);
  }

  async #relist(generation: number): Promise<void> {
    const connection = this.#connection;
    if (generation !== this.#generation || !connection || !this.#catalog) return;
    const kinds = [...this.#stale];
    this.#stale.clear();
    const keep = LIST_KINDS.filter((kind) => !kinds.includes(kind));
    try {
      await this.#fetch(connection, kinds, this.#catalog.implementation, keep);
    } catch (error) {
      // The lists known so far stay; if the connection is what broke, its end is told separately.
      this.#observe({ listIncomplete: true });
      this.#options.log.warn("lists could not be refreshed", {
        server: this.#definition.name,
        reason: error instanceof Error ? error.message : "unknown",
      });
    }
  }

  async #resolveLaunch(): Promise<Launch> {
    try {
      return await this.#options.launch();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // A key at hand that does not open it leaves it as locked as none.
      const isVault = VAULT_CODES.includes(error.code);
      throw new UpstreamFailure(isVault ? "vault" : "secret", error.message, {
        retry: "never",
        detail: error.wayOut,
        cause: error,
      });
    }
  }

  #release(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#transport = null;
    if (!connection) return;
    this.#lastOutput = connection.output();
    const closing = connection.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #timeout(): UpstreamFailure {
    const { name, startTimeoutMs } = this.#definition;
    const message = `${name} started but did not answer within ${startTimeoutMs / 1000} s.`;
    return new UpstreamFailure("timeout", message, {
      retry: "later",
      detail: this.output().slice(-20).join("\n") || null,
    });
  }

  /** A server that wrote text where MCP belongs is told so, whatever ended it. */
  #withGarbage(failure: UpstreamFailure): UpstreamFailure {
    const garbage = this.#transport instanceof StdioTransport ? this.#transport.garbage : null;
    if (garbage === null || this.#observation.state === "ready") return failure;
    const message = `${this.#definition.name} writes text that is not MCP to its output: “${garbage}”. Its logs belong on stderr.`;
    return new UpstreamFailure("not_mcp", message, {
      retry: failure.retry,
      detail: failure.reason.detail,
      cause: failure,
    });
  }

  #observe(change: Partial<Observation>): void {
    const before = this.#observation;
    const since =
      change.state !== undefined && change.state !== before.state ? Date.now() : before.since;
    this.#observation = { ...before, ...change, since };
    this.#options.onObservation();
  }
}

/** The state of a server that nothing has been tried with yet. */
function restingState(definition: ServerDefinition): "off" | "unconfirmed" | "idle" {
  if (!definition.enabled) return "off";
  return definition.confirmed ? "idle" : "unconfirmed";
}

function createTransport(name: string, launch: Launch, maxMessageBytes: number): Transport {
  if (launch.transport === "stdio") return new StdioTransport({ name, launch, maxMessageBytes });
  if (launch.transport === "sse") return new SseTransport({ name, launch, maxMessageBytes });
  return new HttpTransport({ name, launch, maxMessageBytes });
}

function asFailure(name: string, error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  if (error instanceof GatewayError && error.cause instanceof UpstreamFailure) return error.cause;
  const message = error instanceof GatewayError ? error.message : `${name} could not be started.`;
  return new UpstreamFailure("exited", message, { retry: "later", cause: error });
}

interface PromiseWithResolve {
  promise: Promise<void>;
  resolve: () => void;
}

function promiseWithResolve(): PromiseWithResolve {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
