import type {
  CapabilityKind,
  NamePolicy,
  ServerConnections,
  ToolChangeKind,
  Transport,
} from "@local-mcp/contract";
import type { JsonObject, RpcNotification, RpcRequest, RpcResponse } from "./jsonrpc.ts";

/**
 * What the engine is told and what it asks for: small interfaces, so that it runs and is tested
 * without a database. Desired state is here; observed state is in `upstream/upstream.ts`.
 */

/** A server as configured. Holds no secret. */
export interface ServerDefinition {
  id: string;
  name: string;
  title: string;
  transport: Transport;
  enabled: boolean;
  /** Whether a person has agreed to run exactly this command; always true for remote servers. */
  confirmed: boolean;
  /** Changes whenever anything about how the server is reached changes. */
  configHash: string;
  startTimeoutMs: number;
  callTimeoutMs: number;
  /** Calls that it is given at the same time; further ones wait for their turn. */
  maxConcurrentCalls: number;
  /** A stdio server that nobody has called for so long is ended until the next call; 0 never, ms. */
  idleStopMs: number;
  connections: ServerConnections;
  /** Whether tools that are not as a person accepted them are kept from clients. */
  holdsChangedTools: boolean;
}

/** How a server is started or reached, secrets included; asked for at each start, never kept. */
export type Launch =
  | {
      transport: "stdio";
      command: string;
      args: string[];
      cwd: string | null;
      /** The whole environment of the process. */
      env: Record<string, string>;
      /** What people know its PATH as, in the middle of a sentence. */
      pathName: string;
    }
  | {
      transport: "http" | "sse";
      url: string;
      headers: Record<string, string>;
      route: Route;
      /** Absent where the headers are all there is to show. */
      authorization?: Authorization;
    };

/**
 * What a remote server wants to see of whoever uses it, where that changes while it is used: the
 * access token of a sign-in. One object serves all connections of a server.
 */
export interface Authorization {
  /**
   * The value of the Authorization header for the next request; null while there is none. Access
   * that is about to end is renewed meanwhile, access that has ended before this resolves.
   *
   * @throws GatewayError sign_in_not_renewed where it may work a little later; vault_…
   */
  header(): Promise<string | null>;
  /**
   * Told that the server turned a request away, unread, because of who sent it. Resolves with
   * whether to send it once more, since there is another value now; otherwise a person has to act.
   *
   * @throws GatewayError as `header`
   */
  refused(refusal: AccessRefusal): Promise<boolean>;
}

/** How a server turned a request away (RFC 6750, 3). */
export interface AccessRefusal {
  /** 403 only with `insufficient_scope`. */
  status: 401 | 403;
  /** The value that was sent. */
  used: string | null;
  /** The parameters of its Bearer challenge (`resource_metadata`, `scope`, `error`…), names in lower case; empty without one. */
  challenge: Readonly<Record<string, string>>;
}

/** Which way a remote server is reached. */
export interface Route {
  /** An http: or https: URL; its user and password are for the proxy. Null goes directly. */
  proxy: URL | null;
  /** PEM; trusted beside the usual ones. */
  certificates: readonly string[];
}

/** A person's choices for one capability of one server in a profile. */
export interface Override {
  enabled: boolean;
  name: string | null;
  description: string | null;
}

export interface ProfileDefinition {
  id: string;
  slug: string;
  namePolicy: NamePolicy;
  /** Ids of the servers turned on in it, in order. */
  serverIds: string[];
  /** What the gateway itself offers in it, as a server would list it. */
  local: ServerLists;
  /** What servers are told to work in; empty leaves the answer to the client. */
  roots: readonly Root[];
  /** Keyed by {@link capabilityKey}. What is not listed is on, under its own name. */
  overrides: {
    tool: ReadonlyMap<string, Override>;
    prompt: ReadonlyMap<string, Override>;
    resource: ReadonlyMap<string, Override>;
  };
}

/** MCP 2025-11-25, roots. */
export interface Root {
  uri: string;
  name?: string;
}

/** A request for something that the gateway itself offers, by the name it has there. */
export interface LocalRequest {
  /** Null where it is in no profile's name. */
  profileId: string | null;
  /** tools/call, prompts/get, resources/read or completion/complete. */
  method: string;
  params: JsonObject;
}

/** What the gateway itself offers: a server without a connection. */
export interface LocalProvider {
  /**
   * The result of a request, in the words of the legacy era.
   *
   * @throws GatewayError resource_not_found for a URI that none of its templates knows, and others
   */
  answer(request: LocalRequest, signal: AbortSignal): Promise<JsonObject>;
  /** The URIs of its own that somebody wants to hear of now. */
  onSubscriptions(uris: ReadonlySet<string>): void;
}

/** Identifies a tool, prompt or resource by the server it comes from and its name or URI there. */
export const capabilityKey = (serverId: string, original: string): string =>
  `${serverId} ${original}`;

/** The four lists of a server, as it sent them. */
export interface ServerLists {
  tools: JsonObject[];
  prompts: JsonObject[];
  resources: JsonObject[];
  resourceTemplates: JsonObject[];
}
export type ListKind = keyof ServerLists;

/**
 * `legacy` begins with `initialize` (MCP 2024-11-05 to 2025-11-25); `modern` has no sessions, every
 * request says its version and what the client can do (MCP 2026-07-28 and later).
 */
export type Era = "legacy" | "modern";

export interface Implementation {
  name: string;
  version: string;
  protocolVersion: string;
  instructions: string | null;
  /** As the server declared them. */
  capabilities: JsonObject;
}

/** Which era a server turned out to speak, dated, since a server is updated without our knowing. */
export interface EraVerdict {
  era: Era;
  /** The newest modern version that both speak; null for a legacy server. */
  protocolVersion: string | null;
  /** Of the configuration it was found with; another one makes it void. */
  configHash: string;
  /** ms since 1970. */
  decidedAt: number;
  /** False where the server's answer could have been a passing fault; believed for minutes only. */
  certain: boolean;
}

export interface EraStore {
  load(serverId: string): EraVerdict | null;
  save(serverId: string, verdict: EraVerdict): void;
}

/** The client behind a request, as far as the servers it uses get to know it. */
export interface Client {
  /** Connections that are not shared are kept by it. */
  readonly id: string;
  /**
   * Whether all that comes under this id comes from one client. So it is for a session; callers of
   * the modern era can be told apart by their requests only.
   */
  readonly isSession: boolean;
  /** Whose tools it uses; null follows the active profile. */
  readonly profileId: string | null;
  /** Its `clientInfo`. */
  readonly info: JsonObject;
  /** What it declared that it can do. */
  readonly capabilities: JsonObject;
  /** The least severe log level it wants to hear; null where it has not said. */
  readonly logLevel: string | null;
  /** Tells it what belongs to none of its requests. */
  notify(notification: RpcNotification): void;
  /**
   * Asks it what belongs to none of its requests.
   *
   * @throws GatewayError client_cannot_be_asked, request_cancelled
   */
  ask(method: string, params: JsonObject | undefined, signal: AbortSignal): Promise<RpcResponse>;
}

/** The last good answer of a server to what it offers. */
export interface ServerCatalog {
  lists: ServerLists;
  implementation: Implementation | null;
  /** ms since 1970. */
  listedAt: number;
  configHash: string;
}

/** Names given to clients of a profile: {@link capabilityKey} → exposed name. */
export type NameAssignments = ReadonlyMap<string, string>;

/** Configuration, as the engine reads it. Every call answers from memory or fast storage. */
export interface Registry {
  servers(): ServerDefinition[];
  profiles(): ProfileDefinition[];
  activeProfileId(): string | null;
  /** @throws GatewayError vault_locked, vault_missing, secret_unset, secret_damaged */
  launch(serverId: string): Promise<Launch>;
}

/** The tools of servers as a person accepted them. */
export interface ToolPins {
  /**
   * What a server lists that differs from what was accepted, by its own name for the tool. It is up
   * to date with the last listing that the {@link CatalogStore} was given.
   */
  changed(serverId: string): ReadonlyMap<string, { kind: ToolChangeKind }>;
}

/** Names that a profile has given for good, of one kind. */
export interface GivenNames {
  profileId: string;
  kind: "tool" | "prompt";
  names: NameAssignments;
}

/** What the engine learns and must not forget over a restart. */
export interface CatalogStore {
  load(serverId: string): ServerCatalog | null;
  save(serverId: string, catalog: ServerCatalog): void;
  names(profileId: string, kind: "tool" | "prompt"): NameAssignments;
  /** All of them at once, or none. */
  saveNames(given: readonly GivenNames[]): void;
}

/** A legacy client's session (MCP 2025-11-25, transports, session management). */
export interface SessionRecord {
  sessionId: string;
  /** Null follows the active profile. */
  profileId: string | null;
  /** Null where the profile needs no token. A session opens for its own token only. */
  tokenId: string | null;
  protocolVersion: string;
  clientInfo: JsonObject;
  capabilities: JsonObject;
  /** As set by `logging/setLevel`. */
  logLevel: string | null;
  /** URIs of `resources/subscribe`, as the client knows them. */
  subscriptions: string[];
  createdAt: number;
  lastSeenAt: number;
}

/** What a client changes of its session, by what that is just then. */
export type SessionChange = (
  record: SessionRecord,
) => Partial<Pick<SessionRecord, "logLevel" | "subscriptions">>;

export interface SessionStore {
  create(record: SessionRecord): Promise<void>;
  get(sessionId: string): Promise<SessionRecord | null>;
  /** All that are stored, also those that this process has not met yet. */
  list(): Promise<SessionRecord[]>;
  /** Changes what is stored, atomically: another gateway may change the same session. */
  update(sessionId: string, change: SessionChange): Promise<void>;
  remove(sessionId: string): Promise<void>;
  /** Written behind: `lastSeenAt` by session id. */
  touch(seen: ReadonlyMap<string, number>): Promise<void>;
}

/** What gateways that share sessions tell each other. All of it is a hint, and may be lost. */
export type PeerMessage =
  /** A session is not what it was, or has ended: read it from the store. */
  | { about: "session"; sessionId: string }
  /** What the client sent that belongs to a request which may run elsewhere. */
  | { about: "from_client"; sessionId: string; message: RpcNotification | RpcResponse }
  /** What the client is to hear, from where none of its streams is open. */
  | { about: "to_client"; sessionId: string; message: RpcNotification | RpcRequest }
  /** Whether the client has a stream open for what belongs to no request; or who knows of one. */
  | { about: "stream"; sessionId: string; state: "open" | "closed" | "asked" }
  /** A server has said that lists of it changed: the same server of another gateway may say nothing. */
  | { about: "lists"; serverId: string; method: string };

/** The other gateways on a shared session store. */
export interface Peers {
  /** Tells all others. Never fails: whoever does not hear it reads the store at the next request. */
  tell(message: PeerMessage): void;
  /** One listener, set once. */
  listen(listener: PeerListener): void;
}

export interface PeerListener {
  /** `from` is the id of the gateway that told it. */
  hear(message: PeerMessage, from: string): void;
  /** Messages may have been missed. */
  onGap(): void;
  /** The ids of all that live, told now and then: one that was killed says no goodbye. */
  onMembers(ids: ReadonlySet<string>): void;
}

/** A client as it is known at the endpoint. */
export interface TrafficClient {
  sessionId: string;
  /** As it called itself; not to be trusted for anything but showing. */
  info: JsonObject;
  era: "legacy" | "modern";
  tokenId: string | null;
  /** When its session began, ms since 1970. */
  since: number;
}

/** A tool, prompt or resource of a server. */
export interface CalledItem {
  kind: CapabilityKind;
  /** As its server calls it; of a resource the URI. */
  name: string;
  /** `LOCAL_SERVER` for what the gateway itself offers. */
  serverId: string;
}

/** One request with what came of it. Holds neither arguments nor results. */
export interface Exchange {
  /** Null for the gateway's own window and command line. */
  client: TrafficClient | null;
  /** Null where it was asked of a server and not of a profile. */
  profileId: string | null;
  method: string;
  /** What `tools/call` named, as the client wrote it. */
  tool: string | null;
  /** What was called; null for other requests, and for names that nobody knows. */
  item: CalledItem | null;
  /** ms since 1970. */
  startedAt: number;
  durationMs: number;
  /**
   * `tool_error`: the tool ran or was refused, and its result says so. `timed_out`: its server did
   * not answer in time, or had no time for it.
   */
  outcome: "ok" | "tool_error" | "error" | "cancelled" | "timed_out";
  /** How many tools the answer to `tools/list` named. */
  listed: number | null;
}

/** The app's own log. Never given a secret or a message body. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
