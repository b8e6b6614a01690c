import { randomUUID } from "node:crypto";
import type { ClientsView, ClientView } from "@local-mcp/contract";
import type { Engine, Exchange, TrafficClient } from "@local-mcp/engine";
import type { Events } from "../events.ts";
import { shownClient, shownText } from "./shown-client.ts";

/** Clients kept; the one that was seen the longest time ago goes first. */
const MAX_CLIENTS = 200;
/** What happens within this time is told together, ms. */
const TOGETHER_MS = 250;

export interface ClientsServiceOptions {
  engine: () => Pick<Engine, "sessions">;
  events: Events;
  /** What a profile and a token are called now; null where they are gone. */
  profileSlug: (profileId: string) => string | null;
  activeProfileId: () => string | null;
  tokenName: (tokenId: string) => string | null;
  /** Removes secrets from what a client calls itself. */
  redact: (text: string) => string;
  /** What our own test of a connection calls itself; it is no client. */
  testName: string;
  now?: () => number;
}

/** What was seen of one session. */
interface Observed {
  id: string;
  name: string;
  version: string | null;
  era: TrafficClient["era"];
  tokenId: string | null;
  connectedAt: number;
  lastSeenAt: number;
  profileId: string | null;
  listed: ClientView["listed"];
  firstCall: ClientView["firstCall"];
  calls: number;
  lastCallAt: number | null;
}

/**
 * Who uses the endpoint, told by what was observed of each session and by nothing else: that it
 * connected, listed and called are three facts. Kept in memory, so they begin with the gateway.
 */
export class ClientsService {
  readonly #options: ClientsServiceOptions;
  readonly #now: () => number;
  /** By session id. */
  readonly #observed = new Map<string, Observed>();
  #refused: ClientsView["refused"] = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ClientsServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  list(): ClientsView {
    const { engine, profileSlug, activeProfileId, tokenName } = this.#options;
    this.#adopt();
    const sessions = new Map(
      engine()
        .sessions()
        .map((session) => [session.record.sessionId, session]),
    );
    const clients = [...this.#observed].map(([sessionId, seen]): ClientView => {
      const session = sessions.get(sessionId);
      const { profileId: lastUsed, ...shown } = seen;
      // A session of the URL that follows the active profile names none, and goes along with it.
      const profileId = session ? session.record.profileId : lastUsed;
      return {
        ...shown,
        profile: profileSlug(profileId ?? activeProfileId() ?? "") ?? "",
        tokenName: seen.tokenId === null ? null : tokenName(seen.tokenId),
        lastSeenAt: Math.max(seen.lastSeenAt, session?.lastSeenAt ?? 0),
        active: session?.busy ?? false,
      };
    });
    return {
      clients: clients.sort((one, other) => other.lastSeenAt - one.lastSeenAt),
      refused: this.#refused,
    };
  }

  /** When a session called a tool last, ms since 1970; null where that was not seen. */
  lastCallAt(sessionId: string): number | null {
    return this.#observed.get(sessionId)?.lastCallAt ?? null;
  }

  /** One request of a client has been answered. */
  onExchange(exchange: Exchange): void {
    const { client, method, startedAt, durationMs } = exchange;
    const seen = this.#see(client);
    if (seen === null) return;
    const at = Math.round(startedAt + durationMs);
    seen.lastSeenAt = at;
    seen.profileId = exchange.profileId;
    if (exchange.listed !== null) seen.listed = { at, tools: exchange.listed };
    if (method === "tools/call") {
      seen.calls += 1;
      seen.lastCallAt = at;
      seen.firstCall ??= {
        at,
        tool: this.#shown(exchange.tool) ?? "",
        durationMs,
        ok: exchange.outcome === "ok",
      };
    }
    this.#tell();
  }

  /** A session began or ended, or a stream of it was opened or closed. */
  onSessionsChange(): void {
    this.#tell();
  }

  /** Somebody came with a token that is not valid here. */
  onRefused(userAgent: string | null): void {
    if (userAgent === this.#options.testName) return;
    const count = (this.#refused?.count ?? 0) + 1;
    this.#refused = { at: this.#now(), count, userAgent: this.#shown(userAgent) };
    this.#tell();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Sessions that have asked nothing yet are clients as well, such as those from before a restart. */
  #adopt(): void {
    for (const { record } of this.#options.engine().sessions()) {
      const { sessionId, clientInfo: info, tokenId, createdAt: since, profileId } = record;
      if (this.#observed.has(sessionId)) continue;
      // What was seen of others is worth more than one of which nothing was seen.
      if (this.#observed.size >= MAX_CLIENTS) return;
      const seen = this.#see({ sessionId, info, era: "legacy", tokenId, since });
      if (seen !== null) seen.profileId = profileId;
    }
  }

  #shown(text: string | null): string | null {
    return shownText(text, this.#options.redact);
  }

  /** @returns null for the gateway's own window, command line and test of a connection */
  #see(client: TrafficClient | null): Observed | null {
    if (client === null) return null;
    const { sessionId, info, era, tokenId, since } = client;
    if (info.name === this.#options.testName) return null;
    const known = this.#observed.get(sessionId);
    if (known) return known;
    const seen: Observed = {
      id: randomUUID(),
      ...shownClient(info, this.#options.redact),
      era,
      tokenId,
      connectedAt: since,
      lastSeenAt: since,
      profileId: null,
      listed: null,
      firstCall: null,
      calls: 0,
      lastCallAt: null,
    };
    if (this.#observed.size >= MAX_CLIENTS) this.#forgetOldest();
    this.#observed.set(sessionId, seen);
    return seen;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#observed].sort(
      ([, one], [, other]) => one.lastSeenAt - other.lastSeenAt,
    );
    if (oldest) this.#observed.delete(oldest[0]);
  }

  #tell(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#options.events.publish({ type: "clients.changed" });
    }, TOGETHER_MS);
  }
}
