import {
  GatewayError,
  MOST_SESSIONS_SHOWN,
  type SessionMessage,
  type SessionsCleaned,
  type SessionStoreView,
  type SessionsView,
  type SessionView,
} from "@local-mcp/contract";
import type { Engine, SessionRecord } from "@local-mcp/engine";
import type { StorageBackend } from "@local-mcp/sessions/server";
import type { ClientsService } from "../clients/clients-service.ts";
import { shownClient } from "../clients/shown-client.ts";
import type { Events } from "../events.ts";
import { sessionName } from "../logs/exchange.ts";
import type { SessionMessages } from "./session-messages.ts";
import type { SessionStorage } from "./session-storage.ts";

/** Who is quiet for longer than this is taken to have gone, ms. */
const GONE_MS = 3_600_000;

export interface SessionsServiceOptions {
  storage: Pick<SessionStorage, "view" | "retry"> & {
    backend: Pick<StorageBackend, "listClientSessions" | "cleanupExpiredSessions">;
  };
  messages: Pick<SessionMessages, "list" | "cleanup" | "dropped">;
  engine: Pick<Engine, "sessions" | "endSession">;
  clients: Pick<ClientsService, "lastCallAt">;
  events: Pick<Events, "publish">;
  /** What a profile and a token are called now; null where they are gone. */
  profileSlug: (profileId: string) => string | null;
  activeProfileId: () => string | null;
  tokenName: (tokenId: string) => string | null;
  /** How long a session lives after it was last seen, ms. */
  idleMs: () => number;
  /** Removes secrets from what a client calls itself. */
  redact: (text: string) => string;
  now?: () => number;
}

/** What the engine has of one session. */
type Open = ReturnType<Engine["sessions"]>[number];

/** Sessions of legacy clients: what the store has of them, and what this gateway sees of them. */
export class SessionsService {
  readonly #options: SessionsServiceOptions;
  readonly #now: () => number;

  constructor(options: SessionsServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** While the store fails they are those that this gateway knows. */
  async list(): Promise<SessionsView> {
    const { storage } = this.#options;
    const records = await this.#records();
    const sessions = records.sort((one, other) => other.lastSeenAt - one.lastSeenAt);
    return {
      store: await storage.view(),
      sessions: sessions.slice(0, MOST_SESSIONS_SHOWN),
      total: sessions.length,
      droppedMessages: this.#options.messages.dropped,
    };
  }

  /**
   * @param beginning of an id
   * @throws GatewayError client_session_not_found, client_session_ambiguous
   */
  async get(beginning: string): Promise<SessionView> {
    const found = (await this.#records()).filter(({ id }) => id.startsWith(beginning));
    const session = found.find(({ id }) => id === beginning) ?? found[0];
    if (beginning === "" || session === undefined) {
      throw new GatewayError("client_session_not_found", { id: beginning });
    }
    if (session.id !== beginning && found.length > 1) {
      throw new GatewayError("client_session_ambiguous", { id: beginning, count: found.length });
    }
    return session;
  }

  messages(query: { session: string; after: number; limit: number }): Promise<SessionMessage[]> {
    return this.#options.messages.list(query);
  }

  /**
   * Ends a session and all that is kept of it.
   *
   * @throws GatewayError client_session_not_found; what the store throws
   */
  async remove(id: string): Promise<SessionView> {
    const { engine, events } = this.#options;
    const session = (await this.#records()).find((one) => one.id === id);
    if (session === undefined) throw new GatewayError("client_session_not_found", { id });
    await engine.endSession(id);
    events.publish({ type: "sessions.changed" });
    return session;
  }

  async cleanup(options: { messages: boolean }): Promise<SessionsCleaned> {
    const { storage, messages, events } = this.#options;
    const sessions = await storage.backend.cleanupExpiredSessions();
    const left = (await storage.backend.listClientSessions()).map(({ sessionId }) => sessionId);
    const cleaned = { sessions, messages: await messages.cleanup(options.messages ? null : left) };
    events.publish({ type: "sessions.changed" });
    return cleaned;
  }

  async retry(): Promise<SessionStoreView> {
    const { storage, events } = this.#options;
    await storage.retry();
    events.publish({ type: "sessions.changed" });
    return storage.view();
  }

  async #records(): Promise<SessionView[]> {
    const open = new Map(
      this.#options.engine.sessions().map((one) => [one.record.sessionId, one] as const),
    );
    const all = new Map<string, SessionRecord>();
    for (const record of await this.#stored()) all.set(record.sessionId, record);
    for (const [sessionId, { record }] of open) all.set(sessionId, record);
    return [...all].map(([sessionId, record]) => this.#viewOf(record, open.get(sessionId)));
  }

  async #stored(): Promise<SessionRecord[]> {
    const { storage } = this.#options;
    try {
      return await storage.backend.listClientSessions();
    } catch (error) {
      // What is wrong with the store is a part of the answer.
      if ((await storage.view()).problem === null) throw error;
      return [];
    }
  }

  #viewOf(record: SessionRecord, open: Open | undefined): SessionView {
    const { clients, profileSlug, activeProfileId, tokenName, redact, idleMs } = this.#options;
    const { sessionId, profileId, tokenId, protocolVersion, logLevel, createdAt } = record;
    const { name: client, version } = shownClient(record.clientInfo, redact);
    const lastSeenAt = Math.max(record.lastSeenAt, open?.lastSeenAt ?? 0);
    const profile = profileSlug(profileId ?? activeProfileId() ?? "");
    const token = tokenId === null ? null : tokenName(tokenId);
    const mayComeBack = profile !== null && (tokenId === null || token !== null);
    const isQuiet = this.#now() - lastSeenAt > GONE_MS;
    return {
      id: sessionId,
      loggedAs: sessionName(sessionId),
      client,
      version,
      profile,
      token,
      protocolVersion,
      logLevel,
      subscriptions: [...record.subscriptions],
      state: open?.busy === true ? "active" : mayComeBack && !isQuiet ? "idle" : "gone",
      createdAt,
      lastSeenAt,
      expiresAt: lastSeenAt + idleMs(),
      running: open?.running ?? 0,
      lastCallAt: clients.lastCallAt(sessionId),
    };
  }
}
