import { GatewayError } from "@local-mcp/contract";
import type { Client, Era, EraStore, Launch, ServerDefinition } from "../definitions.ts";
import type { JsonObject } from "../jsonrpc.ts";
import type { Processes } from "../processes/processes.ts";
import type { ServerTrace } from "../trace.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { declaredFor } from "./declared.ts";
import { failureBehind, UpstreamFailure } from "./failure.ts";
import { discover, shakeHands } from "./handshake.ts";
import { Link } from "./link.ts";
import { probeEra, probeProcess, type ProbeResult } from "./probe.ts";
import { type Redact, redactedFailure, redactedTransport } from "./redacted-transport.ts";
import type { Transport } from "./transport.ts";
import { createTransport, overEitherHttp } from "./transports.ts";
import { Verdicts } from "./verdicts.ts";

/** Longest time that a remote server may keep silent when asked for its era, ms. */
const LONGEST_PROBE_MS = 5000;
const SHOWN_OUTPUT_LINES = 20;

/** Why a secret cannot be read that is in the vault. */

export interface ConnectorOptions {
  definition: () => ServerDefinition;
  launch: () => Promise<Launch>;
  eras: EraStore;
  clientInfo: { name: string; version: string };
  maxMessageBytes: () => number;
  processes: Processes;
  redact: Redact;
  /** Told of what is on no caller's account. */
  trace: () => ServerTrace;
  /** The real one where it is not given. */
  createTransport?: typeof createTransport;
}

/** One connection to be opened. */
export interface Opening {
  /** The client it is for alone; null for a shared one. */
  client: Client | null;
  /** Whether the gateway says what to work in. */
  hasRoots: boolean;
  events: ConnectionEvents;
  /** Gives the opening up. */
  signal: AbortSignal;
  /** Told of each connection that is tried, so that its output can be read. */
  onConnection?: (connection: Connection) => void;
  /** What has to work, within the same time limit, before the connection counts as open. */
  prepare: (link: Link) => Promise<void>;
}

/** Opens connections to one server: finds out how it is reached and which era it speaks. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #verdicts: Verdicts;
  /** Under way, or failed and not closed yet. */
  readonly #attempts = new Set<Attempt>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#verdicts = new Verdicts(options.eras);
  }

  /** @throws UpstreamFailure */
  async open(opening: Opening): Promise<Link> {
    const definition = this.#options.definition();
    const attempt = new Attempt(definition, opening, this.#options);
    this.#attempts.add(attempt);
    try {
      const link = await attempt.within(definition.startTimeoutMs, () =>
        this.#connect(definition, attempt, opening),
      );
      this.#attempts.delete(attempt);
      return link;
    } catch (error) {
      const told = attempt.explain(error, definition.startTimeoutMs);
      const failure = redactedFailure(told, this.#options.redact);
      void attempt.close().finally(() => this.#attempts.delete(attempt));
      throw failure;
    }
  }

  /** Resolves when nothing is left of what failed to open or was given up. */
  async closed(): Promise<void> {
    const over = [...this.#attempts].filter(({ isOver }) => isOver);
    await Promise.all(over.map((attempt) => attempt.close()));
  }

  async #connect(definition: ServerDefinition, attempt: Attempt, opening: Opening): Promise<Link> {
    const launch = await this.#resolveLaunch();
    const known = this.#verdicts.usable(definition);
    if (known) {
      try {
        return await this.#openAs(known.era, launch, attempt, opening);
      } catch (error) {
        // Silence may be how it meets the era it does not speak.
        if (attempt.isLate) this.#verdicts.drop(definition);
        if (attempt.isOver || !isWrongEra(known, error)) throw error;
        this.#verdicts.drop(definition);
        if (failureBehind(error)?.retry !== "never") throw error;
      }
    }
    if (launch.transport === "sse") return this.#openAs("legacy", launch, attempt, opening);

    const found = await this.#probe(definition, launch, attempt);
    // Believed for long only once it has proved true. An outage is no reason to believe anything.
    if (found.certain || launch.transport === "stdio") {
      this.#verdicts.save(definition, { ...found, certain: false });
    }
    const link = await this.#openAsFound(found, launch, attempt, opening);
    const { era, implementation } = link;
    const proved: ProbeResult =
      era === found.era
        ? found
        : { era, protocolVersion: implementation.protocolVersion, certain: true };
    this.#verdicts.save(definition, proved);
    return link;
  }

  /** Where nothing was certain and the server refuses, it is tried in the other era as well. */
  async #openAsFound(
    found: ProbeResult,
    launch: Launch,
    attempt: Attempt,
    opening: Opening,
  ): Promise<Link> {
    try {
      return await this.#openAs(found.era, launch, attempt, opening);
    } catch (error) {
      const isGuess = found.era === "legacy" && !found.certain;
      if (attempt.isOver || !isGuess || !isWrongEra(found, error)) throw error;
      return this.#openAs("modern", launch, attempt, opening).catch(() => Promise.reject(error));
    }
  }

  /** On a connection of its own, ended before the real one begins: two never run at once. */
  async #probe(
    { startTimeoutMs }: ServerDefinition,
    launch: Launch,
    attempt: Attempt,
  ): Promise<ProbeResult> {
    const connection = await attempt.begin(launch, UNHEARD);
    await connection.open();
    // Half of the time at most, so that a server that keeps silent still has time to start.
    const halfMs = startTimeoutMs / 2;
    const { clientInfo } = this.#options;
    const found =
      launch.transport === "stdio"
        ? await probeProcess(connection, clientInfo, halfMs)
        : await probeEra(connection, clientInfo, Math.min(LONGEST_PROBE_MS, halfMs));
    await attempt.close();
    return found;
  }

  #openAs(era: Era, launch: Launch, attempt: Attempt, opening: Opening): Promise<Link> {
    if (era === "modern") return this.#openOver(launch, era, attempt, opening);
    return overEitherHttp(launch, (one) => this.#openOver(one, era, attempt, opening));
  }

  async #openOver(
    launch: Launch,
    era: Era,
    attempt: Attempt,
    { client, hasRoots, events, prepare }: Opening,
  ): Promise<Link> {
    const { name, startTimeoutMs } = this.#options.definition();
    const { clientInfo: own } = this.#options;
    const connection = await attempt.begin(launch, events);
    await connection.open();
    const clientInfo: JsonObject = client?.info ?? own;
    const declared = declaredFor(client, { roots: hasRoots ? { listChanged: true } : null });
    const { implementation } =
      era === "modern"
        ? await discover(name, connection, own, startTimeoutMs)
        : await shakeHands(name, connection, clientInfo, declared, startTimeoutMs);
    const isHttp = launch.transport === "http";
    const link = new Link({ connection, era, implementation, clientInfo: own, isHttp });
    await prepare(link);
    if (link.closed) throw link.closed;
    return link;
  }

  async #resolveLaunch(): Promise<Launch> {
    try {
      return await this.#options.launch();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // A key at hand that does not open it leaves it as locked as none.
      const isVault = error.code.startsWith("vault_");
      throw new UpstreamFailure(isVault ? "vault" : "secret", error.message, {
        retry: "never",
        detail: error.wayOut,
        cause: error,
      });
    }
  }
}

/** What a connection tells of that nobody listens to. */
const UNHEARD: ConnectionEvents = { onNotification() {}, onClosed() {}, onOversized() {} };

/**
 * Whether a server failed as one does that does not speak the era it was taken for. A legacy server
 * that ends does so for reasons of its own; a modern request can be what ends a legacy server.
 */
function isWrongEra({ era }: ProbeResult, error: unknown): boolean {
  const failure = failureBehind(error);
  if (!failure) return false;
  const { code } = failure.reason;
  if (code === "http_status") return failure.retry === "never";
  return code === "not_mcp" || (era === "modern" && code === "exited");
}

/** What is told of a server that could not be opened. */
export function failureOf(name: string, error: unknown): UpstreamFailure {
  const failure = failureBehind(error);
  if (failure) return failure;
  const message = error instanceof GatewayError ? error.message : `${name} could not be started.`;
  return new UpstreamFailure("exited", message, { retry: "later", cause: error });
}

/** The connections of one opening, one after another, and why the last one came to nothing. */
class Attempt {
  readonly #server: ServerDefinition;
  readonly #opening: Opening;
  readonly #options: ConnectorOptions;
  readonly #over = new AbortController();
  /** Whether its time was over. */
  isLate = false;
  #transport: Transport | null = null;
  #connection: Connection | null = null;

  constructor(server: ServerDefinition, opening: Opening, options: ConnectorOptions) {
    this.#server = server;
    this.#opening = opening;
    this.#options = options;
  }

  /** Runs it until the time is over or its opening is ended; what comes of it then is void. */
  async within<T>(ms: number, run: () => Promise<T>): Promise<T> {
    const { signal } = this.#opening;
    const end = (): void => this.#over.abort();
    const timer = setTimeout(() => {
      this.isLate = true;
      end();
    }, ms);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const over = new Promise<never>((_, reject) => {
      this.#over.signal.addEventListener("abort", () =>
        reject(new GatewayError("request_cancelled")),
      );
    });
    try {
      return await Promise.race([over, run()]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  /** Whether it has come to its end, or is only coming to it. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Closes the one before. */
  async begin(launch: Launch, events: ConnectionEvents): Promise<Connection> {
    await this.close();
    this.#over.signal.throwIfAborted();
    const { client, onConnection } = this.#opening;
    const { maxMessageBytes, processes, redact, trace } = this.#options;
    const { createTransport: create = createTransport } = this.#options;
    const { id, name } = this.#server;
    const transport = create({
      server: { id, name },
      launch,
      maxMessageBytes: maxMessageBytes(),
      processes,
    });
    this.#transport = redactedTransport(transport, redact);
    this.#connection = new Connection({
      name,
      transport: this.#transport,
      events,
      owner: client,
      trace,
    });
    onConnection?.(this.#connection);
    return this.#connection;
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  /** What is told of an error that ended it. */
  explain(error: unknown, startTimeoutMs: number): UpstreamFailure {
    return this.#withGarbage(
      this.isLate ? this.#timeout(startTimeoutMs) : failureOf(this.#server.name, error),
    );
  }

  #timeout(startTimeoutMs: number): UpstreamFailure {
    const message = `${this.#server.name} started but did not answer within ${startTimeoutMs / 1000} s.`;
    return new UpstreamFailure("timeout", message, {
      retry: "later",
      detail: this.#connection?.output().slice(-SHOWN_OUTPUT_LINES).join("\n") || null,
    });
  }

  /** A server that wrote text where MCP belongs is told so, whatever ended it. */
  #withGarbage(failure: UpstreamFailure): UpstreamFailure {
    const garbage = this.#transport?.garbage?.().last ?? null;
    if (garbage === null) return failure;
    const message = `${this.#server.name} writes text that is not MCP to its output: “${garbage}”. Its logs belong on stderr.`;
    return new UpstreamFailure("not_mcp", message, {
      retry: failure.retry,
      detail: failure.reason.detail,
      cause: failure,
    });
  }
}
