import type { ServerState, StatusReason } from "@local-mcp/contract";
import type {
  CatalogStore,
  Client,
  Era,
  EraStore,
  Launch,
  Log,
  ServerCatalog,
  ServerDefinition,
} from "../definitions.ts";
import type { JsonObject, RpcNotification, RpcResponse } from "../jsonrpc.ts";
import { parameterHeaders } from "../protocol-headers.ts";
import type { UpstreamCall } from "./call.ts";
import { CatalogKeeper } from "./catalog-keeper.ts";
import { ClientConnections } from "./client-connections.ts";
import type { ConnectionEvents } from "./connection.ts";
import { Connector, type ConnectorOptions, failureOf } from "./connector.ts";
import { failureBehind, type UpstreamFailure } from "./failure.ts";
import { type Link, setLogLevel } from "./link.ts";
import type { Caching } from "./lists.ts";
import { MainLink } from "./main-link.ts";
import { RestartPolicy } from "./restart-policy.ts";
import { Subscriptions } from "./subscriptions.ts";

export type { UpstreamCall } from "./call.ts";

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
  eras: EraStore;
  clientInfo: { name: string; version: string };
  maxMessageBytes: () => number;
  log: Log;
  onObservation: () => void;
  onCatalog: () => void;
  /** Belongs to no request. `client` is the one whose own connection it came on. */
  onNotification: (client: Client | null, notification: RpcNotification) => void;
  /** Of connections that are a client's own. */
  clientLimits?: { idleMs: number; connections: number };
  createTransport?: ConnectorOptions["createTransport"];
}

/**
 * Keeps one server connected: starts it, lists what it offers, starts it again after a failure as
 * the restart policy says, and answers for its last-good lists while it is away.
 */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #policy: RestartPolicy;
  readonly #connector: Connector;
  readonly #catalog: CatalogKeeper;
  readonly #subscriptions: Subscriptions;
  readonly #main: MainLink;
  readonly #clients: ClientConnections;
  #definition: ServerDefinition;
  #observation: Observation;
  /** Notifications that were dropped for it before. */
  readonly #unclear = new Set<string>();
  #retryTimer: NodeJS.Timeout | undefined;
  #settled: PromiseWithResolve = promiseWithResolve();

  constructor(options: UpstreamOptions) {
    const { eras, clientInfo, launch, maxMessageBytes, log, createTransport } = options;
    this.#options = options;
    this.#definition = options.definition;
    this.#policy = new RestartPolicy({ givesUp: options.definition.transport === "stdio" });
    const definition = (): ServerDefinition => this.#definition;
    const serverName = (): string => this.#definition.name;
    this.#connector = new Connector({
      definition,
      launch,
      eras,
      clientInfo,
      maxMessageBytes,
      createTransport,
    });
    this.#catalog = new CatalogKeeper({
      definition,
      store: options.store,
      log,
      onCatalog: options.onCatalog,
      onListed: (isIncomplete) => this.#observe({ listIncomplete: isIncomplete }),
    });
    this.#subscriptions = new Subscriptions({
      serverName,
      timeoutMs: () => this.#definition.startTimeoutMs,
      log,
      onNotification: (notification) => this.#onNotification(null, notification),
      onGap: () => this.#catalog.onGap(),
    });
    this.#main = new MainLink({
      connector: this.#connector,
      catalog: this.#catalog,
      subscriptions: this.#subscriptions,
      serverName,
      events: this.#events(null),
      onFailure: (failure) => this.#onFailure(failure),
    });
    this.#clients = new ClientConnections({
      serverName,
      open: (client, signal, onClosed) => this.#openFor(client, signal, onClosed),
      log,
      limits: options.clientLimits,
    });
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
    return this.#catalog.catalog;
  }

  /** For how long and for whom the server lets its lists be kept. */
  get caching(): Caching {
    return this.#catalog.caching;
  }

  /** Of the running connection; null while there is none. */
  get era(): Era | null {
    return this.#main.link?.era ?? null;
  }

  /** The last lines that the server wrote beside the protocol, also of one that is gone. */
  output(): string[] {
    return this.#main.output();
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
    else if (before.connections !== definition.connections) await this.#clients.close();
  }

  /** Starts it unless it runs already, or is not meant to. */
  start(): void {
    const resting = restingState(this.#definition);
    if (resting !== "idle") {
      this.#observe({ state: resting, reason: null, retryAt: null });
      return;
    }
    const { state } = this.#observation;
    if (state === "ready" || state === "starting") return;
    void this.#attempt();
  }

  /** Starts it anew, with a clean record of failures. */
  async restart(): Promise<void> {
    await this.stop();
    this.#policy.reset();
    this.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#main.release();
    const clients = this.#clients.close();
    this.#observe({ state: restingState(this.#definition), reason: null, retryAt: null });
    this.#settled.resolve();
    await Promise.all([this.#main.closed(), clients, this.#connector.closed()]);
  }

  /** Resolves when it is not starting any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#observation.state === "starting" ? this.#settled.promise : Promise.resolve();
  }

  /**
   * Sends one request once the server is up, starting it where it rests. A request that met a
   * session which the server had forgotten, and so was not looked at, is sent once more.
   *
   * @returns its answer, an error answer included, or null where it is not up
   * @throws GatewayError as {@link Connection.request}; too_many_connections
   */
  async call(
    method: string,
    params: JsonObject,
    call: UpstreamCall,
  ): Promise<{ era: Era; response: RpcResponse } | null> {
    try {
      return await this.#callOnce(method, params, call);
    } catch (error) {
      const failure = failureBehind(error);
      if (!failure?.sessionLost || !failure.neverProcessed) throw error;
      return this.#callOnce(method, params, call);
    }
  }

  /** Which resources are wanted to be told of, all of them; kept over reconnections. */
  setSubscriptions(uris: ReadonlySet<string>): void {
    this.#subscriptions.setUris(uris);
  }

  /** Resolves when the server has been told what is wanted, or cannot be told. */
  subscribed(): Promise<void> {
    return this.#subscriptions.settled();
  }

  /** The most verbose level of all clients; null where none has said. */
  setLogLevel(level: string | null): void {
    this.#subscriptions.setLogLevel(level);
  }

  /** Passes a notification of a client on, to the connection of its own if it has one. */
  tellClient(clientId: string, notification: RpcNotification): void {
    this.#clients.tell(clientId, notification);
  }

  /** Closes the connection of a client that is gone. */
  releaseClient(clientId: string): Promise<void> {
    return this.#clients.release(clientId);
  }

  async #callOnce(
    method: string,
    params: JsonObject,
    call: UpstreamCall,
  ): Promise<{ era: Era; response: RpcResponse } | null> {
    if (this.#observation.state === "idle") this.start();
    await this.settled();
    await this.#main.renewed();
    const { link } = this.#main;
    if (!link || this.#observation.state !== "ready") return null;
    const { signal } = call;
    const options = { timeoutMs: this.#definition.callTimeoutMs, signal, call };
    const { client } = call;
    const isOwn = this.#definition.connections === "per_client" && link.era === "legacy";
    if (client && isOwn) {
      const response = await this.#clients.run(client, async (own) => {
        await setLogLevel(own, client, options.timeoutMs);
        return own.request(method, params, options);
      });
      return { era: "legacy", response };
    }
    const headers = this.#parameterHeaders(link, method, params);
    const response = await link.request(method, params, { ...options, headers });
    return { era: link.era, response };
  }

  #parameterHeaders(
    link: Link,
    method: string,
    { name, arguments: args }: JsonObject,
  ): Record<string, string> | undefined {
    if (method !== "tools/call" || link.era === "legacy" || !link.isHttp) return undefined;
    return parameterHeaders(this.#catalog.tool(name)?.inputSchema, args);
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#settled = promiseWithResolve();
    this.#observe({ state: "starting", reason: this.#observation.reason, retryAt: null });
    try {
      const link = await this.#main.open();
      if (link) this.#onReady(link);
    } catch (error) {
      this.#onFailure(failureOf(this.#definition.name, error));
    }
  }

  #onReady(link: Link): void {
    this.#policy.ready(Date.now());
    this.#observe({ state: "ready", reason: null, retryAt: null, answerTooBig: false });
    this.#settled.resolve();
    const { name, version } = link.implementation;
    this.#options.log.info("server ready", {
      server: this.#definition.name,
      era: link.era,
      implementation: `${name} ${version}`,
    });
  }

  async #openFor(client: Client, signal: AbortSignal, onClosed: () => void): Promise<Link> {
    return this.#connector.open({
      client,
      events: { ...this.#events(client), onClosed },
      signal,
      prepare: (link) => setLogLevel(link, client, this.#definition.startTimeoutMs),
    });
  }

  #events(client: Client | null): Omit<ConnectionEvents, "onClosed"> {
    return {
      onNotification: (notification) => this.#onNotification(client, notification),
      onOversized: () => this.#observe({ answerTooBig: true }),
      onUnclear: (method) => this.#onUnclear(method),
    };
  }

  /** A server that sends many such notifications is told of once. */
  #onUnclear(method: string): void {
    if (this.#unclear.has(method)) return;
    if (method.startsWith("notifications/")) this.#unclear.add(method);
    this.#options.log.info("a message could be one of several clients'", {
      server: this.#definition.name,
      method,
    });
  }

  #onNotification(client: Client | null, notification: RpcNotification): void {
    if (this.#catalog.onNotification(notification.method)) return;
    this.#options.onNotification(client, notification);
  }

  #onFailure(failure: UpstreamFailure): void {
    const { reason } = failure;
    this.#main.release();
    this.#options.log.warn("server failed", {
      server: this.#definition.name,
      code: reason.code,
      reason: reason.message,
    });
    if (reason.code === "sign_in") this.#rest("needs_sign_in", reason);
    else if (reason.code === "vault") this.#rest("locked", reason);
    else if (failure.retry === "never") this.#rest("failed", reason);
    else this.#retryOrGiveUp(reason);
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
