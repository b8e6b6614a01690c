import type { GatewayError } from "@local-mcp/contract";
import type { ProfileView } from "../catalog/view.ts";
import type { LocalRequest, Root } from "../definitions.ts";
import type { JsonObject } from "../jsonrpc.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { ResourceLinks } from "./resource-links.ts";
import type { UrlVisits } from "./url-visits.ts";

/** The servers, as the router reaches them. */
export interface Servers {
  upstream(serverId: string): Upstream | undefined;
  /** Why a server cannot answer and what to do about it, in the words of its status. */
  explain(serverId: string): GatewayError;
  /** Why a tool of a server may not be called until a person has accepted it; null for others. */
  heldBack(serverId: string, tool: string): GatewayError | null;
  /** Asks what the gateway itself offers. @throws GatewayError */
  askLocal(request: Omit<LocalRequest, "profileId">, signal: AbortSignal): Promise<JsonObject>;
  /** What servers are told to work in; empty leaves the answer to the client. */
  roots: readonly Root[];
  visits: UrlVisits;
  cache: AnswerCache;
  /** What the gateway is to its clients. */
  serverInfo: JsonObject;
}

/** What the router looks things up in. */
export interface Routes extends Servers {
  profileId: string;
  /** What the profile offers now. */
  readonly view: ProfileView;
  links: ResourceLinks;
  /**
   * Resolves when every server of the profile has listed once, or cannot.
   *
   * @throws GatewayError request_cancelled
   */
  firstListed(signal: AbortSignal): Promise<void>;
}
