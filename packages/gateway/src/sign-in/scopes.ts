import { scopeToken } from "@local-mcp/contract";
import type { AuthorizationServer } from "oauth4webapi";
import { scopesIn } from "./token-store.ts";

export interface ScopeChoice {
  /** A person's, in place of those that the server asks for. */
  configured: readonly string[] | null;
  /** Parameters of the Bearer challenge. */
  challenge: Readonly<Record<string, string>>;
  resourceScopes: readonly string[] | null;
  authorizationServer: AuthorizationServer;
  /** By the last sign-in at the same authorization server. */
  granted: readonly string[];
  /** What the server has asked for since. */
  wanted: readonly string[];
  /** What a person asks for this time. */
  extra: readonly string[];
  /** Whether access is to be renewed without a person; false for the gateway's own credentials. */
  renews?: boolean;
}

/** Asked for where access is to outlive the person's presence (OpenID Connect Core, 11). */
const OFFLINE = "offline_access";

/**
 * The scopes to ask for, empty where that is left to the authorization server (MCP 2025-11-25 and
 * 2026-07-28, scope selection strategy). More than before is asked for together with those
 * (step-up), so that nothing is lost.
 */
export function selectScopes(choice: ScopeChoice): string[] {
  const { configured, authorizationServer, granted, wanted, extra, renews = true } = choice;
  const more = [...wanted, ...extra];
  const base = configured ?? namedByServer(choice);
  // A person may have named fewer on purpose; otherwise what was granted once is kept.
  const keeps = more.length > 0 || (configured === null && base.length > 0);
  const scopes = new Set([...base, ...(keeps ? granted : []), ...more].filter(isScope));
  const supported = authorizationServer.scopes_supported ?? [];
  if (renews && scopes.size > 0 && supported.includes(OFFLINE)) scopes.add(OFFLINE);
  return [...scopes];
}

const namedByServer = (choice: ScopeChoice): readonly string[] => {
  const { challenge, granted, resourceScopes } = choice;
  const challenged = scopesIn(challenge.scope);
  if (challenged.length > 0) return challenged;
  // The list has all that there is; after a restart nothing else is known of what was asked for.
  return resourceScopes !== null && granted.length > 0 ? granted : (resourceScopes ?? []);
};

const isScope = (text: string): boolean => scopeToken.safeParse(text).success;
