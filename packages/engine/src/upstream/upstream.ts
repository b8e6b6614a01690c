import type { GatewayError } from "@local-mcp/contract";
import type {
  CatalogStore,
  Client,
  Era,
  Log,
  Root,
  ServerCatalog,
  ServerDefinition,
} from "../definitions.ts";
import type { JsonObject, RpcNotification } from "../jsonrpc.ts";
import type { UpstreamCall } from "./call.ts";
import { type Answered, Calls } from "./calls.ts";
import { CatalogKeeper } from "./catalog-keeper.ts";
import { ClientConnections } from "./client-connections.ts";
import type { ConnectionEvents } from "./connection.ts";
import { Connector, type ConnectorOptions } from "./connector.ts";
import { isLockedOut, isOutage, type UpstreamFailure } from "./failure.ts";
import { IdleTimer } from "./idle-timer.ts";
import { Lifecycle } from "./lifecycle.ts";
import { type Link, setLogLevel } from "./link.ts";
import type { Caching } from "./lists.ts";
import { MainLink, type RecheckReason } from "./main-link.ts";
import type { Observation } from "./observation.ts";
import { NO_ROOTS, ROOTS_CHANGED, sameRoots, type ServerRoots } from "./server-roots.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { Garbage } from "./transport.ts";

export type { UpstreamCall } from "./call.ts";
export type { RecheckReason } from "./main-link.ts";
export type { Observation } from "./observation.ts";

export interface UpstreamOptions extends Omit<ConnectorOptions, "definition"> {
  definition: ServerDefinition;
  roots?: ServerRoots;
  store: CatalogStore;
  log: Log;
  onObservation: () => void;
  onCatalog: () => void;
  /** The server itself says that lists of it have changed, by this method. */
  onListsChanged?: (method: string) => void;
  /** Why a request may not be sent, asked once the server is up. */
  refusal?: (method: string, params: JsonObject) => GatewayError | null;
  /** Belongs to no request. `client` is the one whose own connection it came on. */
  onNotification: (client: Client | null, notification: RpcNotification) => void;
  /** Of connections that are a client's own. */
  clientLimits?: { idleMs: number; connections: number };
}

/**
 * Keeps one server connected: starts it, lists what it offers, starts it again after a failure as
 * the restart policy says, and answers for its last-good lists while it is away.
 */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #lifecycle: Lifecycle;
  readonly #connector: Connector;
  readonly #catalog: CatalogKeeper;
  readonly #subscriptions: Subscriptions;
  readonly #main: MainLink;
  readonly #clients: ClientConnections;
  readonly #calls: Calls;
  readonly #idle: IdleTimer;
  #definition: ServerDefinition;
  #roots: ServerRoots;
  /** Whether it is to run, and not only to answer the calls that need it. */
  #isUp = false;
  #isOver = false;
  /** Notifications that were dropped for it before. */
  readonly #unclear = new Set<string>();

  constructor(options: UpstreamOptions) {
    const { log } = options;
    this.#options = options;
    this.#definition = options.definition;
    this.#roots = options.roots ?? NO_ROOTS;
    const definition = (): ServerDefinition => this.#definition;
    const serverName = (): string => this.#definition.name;
    this.#lifecycle = new Lifecycle({
      definition,
      log,
      open: () => this.#main.open(),
      release: () => this.#main.release(),
      onObservation: (observation) => this.#onObservation(observation),
    });
    this.#connector = new Connector({ ...options, definition });
    this.#catalog = new CatalogKeeper({
      definition,
      store: options.store,
      log,
      onCatalog: options.onCatalog,
      onListed: (isIncomplete) => this.#lifecycle.note({ listIncomplete: isIncomplete }),
      onOutage: (failure, isLasting) => this.#main.onOutage(failure, isLasting),
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
      hasRoots: () => this.#roots.shared !== null,
      events: { ...this.#events(null), onGap: () => this.#catalog.onGap() },
      isBusy: () => this.#calls.open > 0,
      onFailure: (failure) => this.#lifecycle.fail(failure),
    });
    this.#clients = new ClientConnections({
      serverName,
      open: (client, signal, onClosed) => this.#openFor(client, signal, onClosed),
      roots: (client) => this.#rootsOf(client) ?? [],
      log,
      limits: options.clientLimits,
    });
    this.#calls = new Calls({
      definition,
      link: () => this.#link(),
      clients: this.#clients,
      tool: (name) => this.#catalog.tool(name),
      refusal: options.refusal ?? (() => null),
      onEnd: () => this.#idle.touch(),
      onFailed: (failure) => this.#onCallFailed(failure),
    });
    this.#idle = new IdleTimer({
      idleMs: () => this.#idleStopMs,
      isHeld: () => this.#calls.open > 0 || this.#subscriptions.hasUris || this.#clients.size > 0,
      onIdle: () => this.#rest(),
    });
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  get observation(): Observation {
    return this.#lifecycle.observation;
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

  /** What it wrote where MCP belongs, since it was started; null where it is no process. */
  garbage(): Garbage | null {
    return this.#main.garbage();
  }

  /**
   * Takes over a changed definition, and roots; restarts only where it changes how the server is
   * reached, or what a legacy server is told that it may ask for.
   */
  async reconfigure(definition: ServerDefinition, roots = this.#roots): Promise<void> {
    const before = this.#definition;
    const rootsBefore = this.#roots.shared;
    this.#definition = definition;
    this.#roots = roots;
    const declaresOther = (rootsBefore === null) !== (roots.shared === null);
    const same =
      !(declaresOther && this.#isDeclaredTo) &&
      before.configHash === definition.configHash &&
      before.enabled === definition.enabled &&
      before.confirmed === definition.confirmed;
    if (!same) {
      await this.#end();
      this.#lifecycle.pardon();
      this.bringUp();
      return;
    }
    if (!sameRoots(rootsBefore, roots.shared)) this.#onRootsChange();
    this.#clients.followRoots();
    if (before.idleStopMs !== definition.idleStopMs) this.#onIdleStopChange();
    if (before.connections !== definition.connections) await this.#clients.close();
  }

  /** It will be brought up soon, or when a call needs it before. */
  announce(): void {
    if (!this.#mayRest) this.#lifecycle.announce();
  }

  /** From now on it runs, unless it may rest until it is called. */
  bringUp(): void {
    this.#isUp = true;
    if (!this.#mayRest) this.start();
  }

  /** Starts it unless it runs already, or is not meant to. */
  start(): void {
    if (!this.#isOver) this.#lifecycle.start();
  }

  /** Starts it anew for a person, who believes what it lists then. */
  async restart(): Promise<void> {
    this.#catalog.believeNext();
    await this.reopen();
  }

  /** Starts it anew, with a clean record of failures. */
  async reopen(): Promise<void> {
    await this.#end();
    this.#lifecycle.pardon();
    this.#isUp = true;
    this.start();
  }

  /** Ends it for good. Calls that wait for their turn are not sent any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#end();
  }

  /** Asks it again where it should be up: its connection, or why it has none, may be of the past. */
  recheck(why: RecheckReason): void {
    if (this.observation.state !== "ready") {
      this.#lifecycle.tryAgain();
      return;
    }
    this.#clients.refresh();
    if (this.#definition.transport === "stdio") this.#catalog.onGap();
    else void this.#main.recheck(why);
  }

  /** Resolves when it is not starting any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#lifecycle.settled();
  }

  /** Sends one request of a client, as {@link Calls.run}. */
  call(method: string, params: JsonObject, call: UpstreamCall): Promise<Answered | null> {
    return this.#calls.run(method, params, call);
  }

  /** Which resources are wanted to be told of, all of them; kept over reconnections. */
  setSubscriptions(uris: ReadonlySet<string>): void {
    // The last one to be interested has just gone.
    if (this.#subscriptions.hasUris && uris.size === 0) this.#idle.touch();
    this.#subscriptions.setUris(uris);
    // One that rests tells nothing.
    if (this.#isUp && this.observation.state === "idle" && uris.size > 0) this.start();
  }

  /** Resolves when the server has been told what is wanted, or cannot be told. */
  subscribed(): Promise<void> {
    return this.#subscriptions.settled();
  }

  /** The most verbose level of all clients; null where none has said. */
  setLogLevel(level: string | null): void {
    this.#subscriptions.setLogLevel(level);
  }

  /** Lists anew what changed, as the same server said elsewhere. */
  relist(method: string): void {
    this.#catalog.onNotification(method);
  }

  /** Passes a notification of a client on, to the connection of its own if it has one. */
  tellClient(clientId: string, notification: RpcNotification): void {
    this.#clients.tell(clientId, notification);
  }

  /** Closes the connection of a client that is gone. */
  releaseClient(clientId: string): Promise<void> {
    return this.#clients.release(clientId);
  }

  /** 0 where it is never left to rest. */
  get #idleStopMs(): number {
    const { transport, idleStopMs } = this.#definition;
    return transport === "stdio" ? idleStopMs : 0;
  }

  /** Whether it need not run before it is called. */
  get #mayRest(): boolean {
    return this.#idleStopMs > 0 && this.#catalog.isCurrent && !this.#subscriptions.hasUris;
  }

  /** Null where it is not up. */
  async #link(): Promise<Link | null> {
    if (["idle", "starting"].includes(this.observation.state)) this.start();
    await this.settled();
    await this.#main.renewed();
    return this.observation.state === "ready" ? this.#main.link : null;
  }

  /** Whether there is a connection, or will be in a moment, on which this was said for good. */
  get #isDeclaredTo(): boolean {
    return this.era === "legacy" || this.observation.state === "starting";
  }

  /** Modern servers are told with what they ask for. */
  #onRootsChange(): void {
    if (this.era === "legacy") this.#main.link?.forward(ROOTS_CHANGED);
  }

  /** Callers that only their requests tell apart may be of several profiles. */
  #rootsOf(client: Client | null): readonly Root[] | null {
    return client?.isSession ? this.#roots.of(client) : this.#roots.shared;
  }

  #rest(): void {
    this.#options.log.info("server rests until it is called", { server: this.#definition.name });
    void this.#end();
  }

  async #end(): Promise<void> {
    this.#lifecycle.stop();
    const clients = this.#clients.close();
    await Promise.all([this.#main.closed(), clients, this.#connector.closed()]);
  }

  #onIdleStopChange(): void {
    const { state } = this.observation;
    if (state === "ready") this.#idle.start();
    else if (state === "idle" && this.#isUp) this.bringUp();
  }

  #onObservation({ state }: Observation): void {
    if (state !== "ready") this.#idle.stop();
    else if (!this.#idle.isRunning) this.#idle.start();
    this.#options.onObservation();
  }

  /** It may not be there any more, or have been started anew. */
  #onCallFailed(failure: UpstreamFailure): void {
    this.#onLockedOut(failure);
    if (isOutage(failure) || failure.sessionLost) this.#catalog.onGap();
  }

  /** Who is not let in on a connection of a client is not on any other. */
  #onLockedOut(failure: UpstreamFailure): void {
    if (isLockedOut(failure) && this.observation.state === "ready") this.#lifecycle.fail(failure);
  }

  async #openFor(client: Client, signal: AbortSignal, onClosed: () => void): Promise<Link> {
    return this.#connector.open({
      client,
      hasRoots: (this.#rootsOf(client)?.length ?? 0) > 0,
      events: {
        ...this.#events(client),
        onClosed: (failure) => {
          onClosed();
          this.#onLockedOut(failure);
        },
      },
      signal,
      prepare: (link) => setLogLevel(link, client, this.#definition.startTimeoutMs),
    });
  }

  #events(client: Client | null): Omit<ConnectionEvents, "onClosed"> {
    return {
      onNotification: (notification) => this.#onNotification(client, notification),
      roots: (owner) => {
        const roots = this.#rootsOf(owner);
        return owner && roots?.length === 0 ? null : roots;
      },
      onOversized: () => this.#lifecycle.note({ answerTooBig: true }),
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
    const { method } = notification;
    if (this.#catalog.onNotification(method)) {
      this.#options.onListsChanged?.(method);
      return;
    }
    this.#options.onNotification(client, notification);
  }
}
