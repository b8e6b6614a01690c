import { z } from "zod";
import { idSchema } from "./session-id.ts";

/** An OAuth token response (RFC 6749, 5.1; `id_token` of OpenID Connect). Extra members are kept. */
export interface OAuthTokens {
  access_token: string;
  token_type: string;
  /** Seconds from the response on. */
  expires_in?: number;
  refresh_token?: string;
  scope?: string;
  id_token?: string;
  [extra: string]: unknown;
}

/** How we are registered with an authorization server (RFC 7591, 3.2.1). Extra members are kept. */
export interface OAuthClientInformation {
  client_id: string;
  client_secret?: string;
  /** Seconds since 1970. */
  client_id_issued_at?: number;
  /** Seconds since 1970; 0: never. */
  client_secret_expires_at?: number;
  [extra: string]: unknown;
}

/** A connection to an upstream for which somebody (`identity`) signed in, or is about to. */
export interface SessionData {
  /** Unique in a store. */
  sessionId: string;
  /** Whose session it is. Optional here, as callers know it; a store refuses a session without. */
  identity?: string;
  serverId?: string;
  serverName?: string;
  serverUrl: string;
  callbackUrl: string;
  transportType: "sse" | "streamable_http";
  active: boolean;
  /** ms since 1970. */
  createdAt: number;
  headers?: Record<string, string>;
  tokens?: OAuthTokens;
  clientInformation?: OAuthClientInformation;
  codeVerifier?: string;
  clientId?: string;
}

/** What a store keeps: a session that belongs to somebody. */
export type OwnedSession = SessionData & { identity: string };

const extra = z.json().optional();

/** Strict, because an unknown member could be a secret and would be stored in clear. */
export const ownedSession: z.ZodType<OwnedSession> = z.strictObject({
  sessionId: idSchema,
  identity: idSchema,
  serverId: z.string().optional(),
  serverName: z.string().optional(),
  serverUrl: z.string(),
  callbackUrl: z.string(),
  transportType: z.enum(["sse", "streamable_http"]),
  active: z.boolean(),
  createdAt: z.number().int(),
  headers: z.record(z.string(), z.string()).optional(),
  tokens: z
    .object({
      access_token: z.string(),
      token_type: z.string(),
      expires_in: z.number().optional(),
      refresh_token: z.string().optional(),
      scope: z.string().optional(),
      id_token: z.string().optional(),
    })
    .catchall(extra)
    .optional(),
  clientInformation: z
    .object({
      client_id: z.string(),
      client_secret: z.string().optional(),
      client_id_issued_at: z.number().optional(),
      client_secret_expires_at: z.number().optional(),
    })
    .catchall(extra)
    .optional(),
  codeVerifier: z.string().optional(),
  clientId: z.string().optional(),
});
