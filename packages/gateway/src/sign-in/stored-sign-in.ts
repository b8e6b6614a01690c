import type { SessionData } from "@local-mcp/sessions";
import { z } from "zod";
import { CLIENT_AUTH_METHODS, type OAuthClient, registrationSchema } from "./sign-in-types.ts";

/** Whose sign-ins they are: of the one person at this computer. */
export const IDENTITY = "local";

/** The server that is signed in to. */
export interface SignInServer {
  id: string;
  name: string;
  url: string;
  transport: "http" | "sse";
}

/** What a sign-in under way needs to go on after a restart. */
export interface StoredSignIn {
  id: string;
  server: SignInServer;
  /** ms since 1970. */
  startedAt: number;
  endsAt: number;
  /** Host of the page that is visited. */
  host: string;
  resource: string;
  scopes: string[];
  /** Without its private key, which the configuration has. */
  client: OAuthClient;
  by:
    | { way: "browser"; redirectUri: string; stateDigest: Buffer; verifier: string }
    | { way: "device"; deviceCode: string; intervalMs: number };
}

const TRANSPORTS = { http: "streamable_http", sse: "sse" } as const;

/** Holds a place in the store before anything is known; not one that a sign-in could go on from. */
export const reservation = (
  id: string,
  { id: serverId, name, url, transport }: SignInServer,
  startedAt: number,
): SessionData => ({
  sessionId: id,
  identity: IDENTITY,
  serverId,
  serverName: name,
  serverUrl: url,
  callbackUrl: "",
  transportType: TRANSPORTS[transport],
  active: false,
  createdAt: startedAt,
  // Sealed, like all that comes later: a store that cannot seal refuses it now.
  codeVerifier: "",
});

/** What is written over the reservation. */
export const storedAs = (signIn: StoredSignIn): Partial<SessionData> => {
  const { by, client } = signIn;
  const isBrowser = by.way === "browser";
  return {
    callbackUrl: isBrowser ? by.redirectUri : "",
    codeVerifier: isBrowser ? by.verifier : "",
    clientId: client.clientId,
    clientInformation: {
      client_id: client.clientId,
      client: { ...client, privateKey: null },
      resource: signIn.resource,
      scope: signIn.scopes.join(" "),
      host: signIn.host,
      ends_at: signIn.endsAt,
      by: isBrowser
        ? { way: "browser", state_digest: by.stateDigest.toString("hex") }
        : { way: "device", device_code: by.deviceCode, interval_ms: by.intervalMs },
    },
  };
};

const authMethod = z.enum(CLIENT_AUTH_METHODS);

const client: z.ZodType<OAuthClient> = z.object({
  issuer: z.string(),
  clientId: z.string(),
  authMethod,
  clientSecret: z.string().nullable(),
  privateKey: z.null(),
  registration: registrationSchema.optional(),
});

const information = z.object({
  client,
  resource: z.string(),
  scope: z.string(),
  host: z.string(),
  ends_at: z.number(),
  by: z.discriminatedUnion("way", [
    z.object({ way: z.literal("browser"), state_digest: z.string().regex(/^[0-9a-f]{64}$/) }),
    z.object({ way: z.literal("device"), device_code: z.string(), interval_ms: z.number() }),
  ]),
});

/** Null where it is no sign-in that can go on. */
export function readStored(session: SessionData): StoredSignIn | null {
  const { data } = information.safeParse(session.clientInformation);
  const { serverId, serverName, codeVerifier } = session;
  if (!data || serverId === undefined || serverName === undefined) return null;
  const { by } = data;
  return {
    id: session.sessionId,
    server: {
      id: serverId,
      name: serverName,
      url: session.serverUrl,
      transport: session.transportType === "sse" ? "sse" : "http",
    },
    startedAt: session.createdAt,
    endsAt: data.ends_at,
    host: data.host,
    resource: data.resource,
    scopes: data.scope.split(" ").filter((scope) => scope !== ""),
    client: data.client,
    by:
      by.way === "device"
        ? { way: "device", deviceCode: by.device_code, intervalMs: by.interval_ms }
        : {
            way: "browser",
            redirectUri: session.callbackUrl,
            stateDigest: Buffer.from(by.state_digest, "hex"),
            verifier: codeVerifier ?? "",
          },
  };
}
