import type { Scheduler } from "fast-check";
import { vi } from "vitest";
import { GatewayError } from "@local-mcp/contract";
import { ProfileView } from "../catalog/view.ts";
import type { Client, Era } from "../definitions.ts";
import { Downstream } from "../endpoint/downstream.ts";
import type { JsonObject, RpcNotification } from "../jsonrpc.ts";
import { testProcesses } from "../processes/processes.fixture.ts";
import { emptyLists } from "../upstream/lists.ts";
import { Upstream } from "../upstream/upstream.ts";
import {
  type CallPlan,
  isModernKind,
  Ledger,
  type LedgerCall,
  ownerOf,
  QUESTIONS,
  type ServerKind,
  wordsIn,
} from "./ledger.fixture.ts";
import { AnswerCache } from "./answer-cache.ts";
import { ResourceLinks } from "./resource-links.ts";
import type { Routes } from "./routes.ts";
import { LegacyClient } from "./legacy-client.fixture.ts";
import { ModernClient } from "./modern-client.fixture.ts";
import type { Numbering } from "./scripted-client.fixture.ts";
import { CALL_LIMIT_MS, ScriptedServer, TOOL } from "./scripted-server.fixture.ts";
import { memorySessions } from "../engine.fixture.ts";
import { RecordingSink } from "../trace.fixture.ts";
import { UrlVisits } from "./url-visits.ts";

const processes = testProcesses();

export interface ClientPlan {
  era: Era;
  capabilities: JsonObject;
  numbering: Numbering;
  listens: boolean;
  calls: CallPlan[];
}

export interface Plan {
  servers: ServerKind[];
  clients: ClientPlan[];
  /** How many things happen before what they lead to is let happen. */
  burst: number;
  /** Whether calls that hang are waited for until their time is over. */
  waits: boolean;
}

const NAMES = ["ann", "bob", "cy"];
const SERVER_NAMES = ["one", "two"];
/** Longer than a question to a modern client is kept. */
const PARKED_MS = 11 * 60_000;
/** What is left running between two runs: the sweep of sessions. */
const STANDING_TIMERS = 1;

/** The whole engine between scripted clients and scripted servers, in an order that is tried. */
export class Stage {
  readonly ledger = new Ledger();
  readonly #plan: Plan;
  readonly #seen = new RecordingSink();
  readonly #order: Scheduler;
  readonly #servers: ScriptedServer[];
  readonly #upstreams: Map<string, Upstream>;
  readonly #downstream: Downstream;
  readonly #clients: (LegacyClient | ModernClient)[];

  constructor(plan: Plan, order: Scheduler) {
    this.#plan = plan;
    this.#order = order;
    const { ledger } = this;
    const later = (label: string, act: () => void): void => void this.#later(label, act);
    this.#servers = plan.servers.map(
      (kind, index) => new ScriptedServer(SERVER_NAMES[index] ?? "", kind, { ledger, later }),
    );
    const visits = new UrlVisits();
    this.#upstreams = new Map(
      this.#servers.map((server) => [server.name, this.#upstream(server, visits)]),
    );
    const routes = this.#routes(visits);
    this.#downstream = new Downstream({
      sessions: memorySessions(),
      sessionIdleMs: () => Number.POSITIVE_INFINITY,
      traffic: this.#seen,
      log: SILENT,
      introduce: () => ({ capabilities: {}, instructions: undefined }),
      routes: () => routes,
      upstreams: () => [...this.#upstreams.values()],
      onLocalSubscriptions: () => {},
      onSessionsChange: () => {},
    });
    this.#clients = plan.clients.map(({ era, ...rest }, index) => {
      const options = {
        ...rest,
        name: NAMES[index] ?? "",
        ledger,
        later,
        downstream: this.#downstream,
        routes,
        toolOf: (server: string) =>
          routes.view.entries.find(({ serverId }) => serverId === server)?.exposed ?? "",
      };
      return era === "legacy" ? new LegacyClient(options) : new ModernClient(options);
    });
    const modern = this.#clients.filter((client) => client instanceof ModernClient);
    for (const client of modern) client.others = modern.filter((other) => other !== client);
  }

  /** Plays the whole of it. */
  async play(): Promise<void> {
    for (const upstream of this.#upstreams.values()) upstream.start();
    for (const client of this.#clients) client.begin();
    await this.#settle();
    for (const client of this.#clients) if (client instanceof LegacyClient) client.listen();
    for (const [index, client] of this.#clients.entries()) this.#call(client, index);
    await this.#settle();
    this.#checkAnswers();
    await this.#end();
    this.#checkLeftovers();
    await this.#close();
  }

  #call(client: LegacyClient | ModernClient, index: number): void {
    const plan = this.#plan.clients[index];
    for (const [nth, call] of (plan?.calls ?? []).entries()) {
      const server = this.#servers[call.server];
      if (!plan || !server) continue;
      const word = `${client.name}#${nth + 1}`;
      const made: LedgerCall = {
        word,
        era: plan.era,
        kind: server.kind,
        plan: call,
        isGivenUp: false,
        isAnswered: false,
      };
      this.ledger.calls.set(word, made);
      void this.#later(`${word} is called`, () => client.call(made, server.name));
    }
  }

  /** What is not answered now is waiting for something that will not come. */
  #checkAnswers(): void {
    for (const call of this.ledger.calls.values()) {
      const { word, plan, isAnswered, isGivenUp } = call;
      const waitsForClient =
        plan.attitude === "silent" && plan.steps.some((step) => QUESTIONS[step] !== undefined);
      if (isAnswered || isGivenUp || waitsForClient || plan.end === "never") continue;
      this.ledger.fault(`${word} was never answered`);
    }
  }

  /** Time passes, and the clients go. */
  async #end(): Promise<void> {
    for (const call of this.ledger.calls.values()) if (!call.isAnswered) call.isGivenUp = true;
    vi.advanceTimersByTime(PARKED_MS);
    await this.#settle();
    if (this.#plan.waits) vi.advanceTimersByTime(CALL_LIMIT_MS);
    await this.#settle();
    for (const client of this.#clients) client.leave();
    await this.#settle();
    // What was asked while time passed is parked too, and its client has gone.
    vi.advanceTimersByTime(PARKED_MS);
    await this.#settle();
  }

  #checkLeftovers(): void {
    const { ledger } = this;
    const connections = this.#servers.flatMap((server) => server.connections);
    for (const client of this.#clients) ledger.faults.push(...client.unanswered);
    for (const connection of connections) ledger.faults.push(...connection.leftovers());
    // A modern caller's own connection rests for a while after its last call.
    const resting = this.#servers
      .filter(({ kind }) => kind === "own")
      .flatMap((server) => server.connections.slice(1).filter(({ isClosed }) => !isClosed));
    const timers = vi.getTimerCount() - resting.length - STANDING_TIMERS;
    if (timers !== 0) ledger.fault(`${timers} timers are left`);
  }

  async #close(): Promise<void> {
    await this.#downstream.close();
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.stop()));
    if (vi.getTimerCount() > 0) this.ledger.fault("timers are left at the end");
    this.#checkTold();
  }

  /** What was told of is told once, and on account of a call of the client that it was for. */
  #checkTold(): void {
    const { ledger } = this;
    ledger.faults.push(...this.#seen.faults());
    for (const { seen, answers, messages } of this.#seen.requests) {
      const own = wordsIn(seen.message);
      const owners = own.map(ownerOf);
      for (const message of messages) {
        const isTheirs = wordsIn(message).every((word) => owners.includes(ownerOf(word)));
        if (!isTheirs) ledger.fault(`told of on account of ${own.join()}`, message);
      }
      for (const { outcome } of answers) ledger.count(`told as ${outcome}`);
    }
  }

  async #later(label: string, act: () => void): Promise<void> {
    await this.#order.schedule(Promise.resolve(), label);
    try {
      act();
    } catch (error) {
      this.ledger.fault(String(error));
    }
  }

  /** Lets everything happen that is going to, one after another in the order that is tried. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < ENOUGH_TURNS; quiet += 1) {
      await turn();
      if (this.#order.count() === 0) continue;
      await this.#order.waitNext(Math.min(this.#plan.burst, this.#order.count()));
      quiet = -1;
    }
  }

  #upstream(server: ScriptedServer, visits: UrlVisits): Upstream {
    const { definition, kind } = server;
    const era = isModernKind(kind) ? ("modern" as const) : ("legacy" as const);
    const protocolVersion = era === "modern" ? "2026-07-28" : null;
    const decidedAt = Date.now();
    return new Upstream({
      definition,
      launch: async () => server.launch,
      store: { load: () => null, save: () => {}, names: () => new Map(), saveNames: () => {} },
      eras: {
        load: () => ({ era, protocolVersion, configHash: "same", decidedAt, certain: true }),
        save: () => {},
      },
      clientInfo: { name: "gateway", version: "1" },
      maxMessageBytes: () => 1_000_000,
      processes,
      redact: (text) => text,
      trace: () => this.#seen.ofServer(definition.id),
      log: SILENT,
      onObservation: () => {},
      onCatalog: () => {},
      onNotification: (client: Client | null, notification: RpcNotification) => {
        const concerned = client ?? visits.clientOf(notification) ?? null;
        this.#downstream.onServerNotification(definition, concerned, notification);
      },
      createTransport: () => server.connect(),
    });
  }

  #routes(visits: UrlVisits): Routes {
    const caching = { ttlMs: null, isPublic: false };
    const lists = { tools: [TOOL], prompts: [], resources: [], resourceTemplates: [] };
    const offers = this.#servers.map(({ definition }) => {
      const catalog = { lists, implementation: null, listedAt: 0, configHash: "same" };
      return { definition, catalog, caching, held: new Set<string>() };
    });
    const overrides = { tool: new Map(), prompt: new Map(), resource: new Map() };
    const serverIds = offers.map(({ definition }) => definition.id);
    const profile = {
      id: "p",
      slug: "p",
      namePolicy: "on_collision" as const,
      serverIds,
      local: emptyLists(),
      roots: [],
      overrides,
    };
    return {
      profileId: "p",
      view: new ProfileView(profile, offers, { tool: new Map(), prompt: new Map() }),
      links: new ResourceLinks(),
      firstListed: async () => {},
      upstream: (serverId) => this.#upstreams.get(serverId),
      heldBack: () => null,
      explain: () => new GatewayError("internal"),
      roots: [],
      askLocal: () => Promise.reject(new GatewayError("internal")),
      visits,
      cache: new AnswerCache(),
      serverInfo: { name: "gateway", version: "1" },
    };
  }
}

/** Nothing is put off longer than by so many turns of the event loop. */
const ENOUGH_TURNS = 3;

/** Lets everything that waits for promises alone go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const SILENT = { info() {}, warn() {}, error() {} };
