import { createHash, randomBytes } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { pageUrl } from "@local-mcp/engine";

/** What ties the answer of an authorization server to the sign-in that asked for it. */
export interface Proof {
  /** Named in the request and in its answer; 256 random bits, and the only thing it is. */
  state: string;
  /** Shown to the token endpoint alone (RFC 7636). */
  verifier: string;
}

export const newProof = (): Proof => ({ state: randomText(), verifier: randomText() });

const randomText = (): string => randomBytes(32).toString("base64url");

/** SHA-256. A state is kept and compared as its digest. */
export const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

interface AuthorizationRequest {
  /** Name of the server, for errors. */
  server: string;
  authorizationEndpoint: string | undefined;
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
  resource: string;
  /** Configured ones; those of the protocol are not theirs to set. */
  parameters: Readonly<Record<string, string>>;
  proof: Proof;
}

/**
 * The page at which a person says yes (RFC 6749, 4.1.1; RFC 7636; RFC 8707). What the endpoint has
 * in its query stays.
 *
 * @throws GatewayError sign_in_metadata
 */
export function authorizationUrl(request: AuthorizationRequest): string {
  const { server, authorizationEndpoint, scopes, proof } = request;
  if (authorizationEndpoint === undefined || !URL.canParse(authorizationEndpoint)) {
    throw new GatewayError("sign_in_metadata", { server, reason: "it names no page for it." });
  }
  const url = new URL(authorizationEndpoint);
  url.hash = "";
  const parameters: Record<string, string> = {
    // Without it, OpenID Connect keeps what would renew access to itself (Core, 11).
    ...(scopes.includes("offline_access") ? { prompt: "consent" } : {}),
    ...request.parameters,
    ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}),
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    state: proof.state,
    code_challenge: digestOf(proof.verifier).toString("base64url"),
    code_challenge_method: "S256",
    resource: request.resource,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const page = pageUrl(url.href);
  if (page === null) {
    const reason = "the page it names for it is none that may be opened.";
    throw new GatewayError("sign_in_metadata", { server, reason });
  }
  return page;
}
