import { GatewayError } from "@local-mcp/contract";
import { type Fetch, pageUrl } from "@local-mcp/engine";
import type { AuthorizationServer } from "oauth4webapi";
import { z } from "zod";
import { isPassing, jsonIn, statusAnswered } from "./http-answer.ts";

/** On whose behalf metadata is asked for. */
export interface Asker {
  /** Name of the server that is signed in to, for errors. */
  server: string;
  fetch: Fetch;
}

/** What a server says of itself (RFC 9728, 2), as far as we use it. */
export type ResourceMetadata = z.infer<typeof resourceMetadata>;

/** The one form of every refusal here; what it quotes has passed `said` or our own parsing. */
export const unusable = (server: string, reason: string, cause?: unknown): GatewayError =>
  new GatewayError("sign_in_metadata", { server, reason }, { cause });

/**
 * The JSON document at a well-known address; undefined where there is none, also where every path
 * that is not known shows a web page.
 *
 * @throws GatewayError host_unreachable where it may be there later; sign_in_metadata,
 * address_blocked
 */
export async function fetchDocument(url: URL, { server, fetch }: Asker): Promise<unknown> {
  const response = await fetch(url.href, { headers: { accept: "application/json" } });
  const { status } = response;
  if (isPassing(status)) throw statusAnswered(url.host, status);
  if (status >= 400) return undefined;
  const text = await response.text();
  if (status !== 200) throw unusable(server, `${url.host} answered with HTTP status ${status}.`);
  if (text.trimStart().startsWith("<")) return undefined;
  const document = jsonIn(text);
  if (document === undefined) throw unusable(server, `what ${url.host} answered is not JSON.`);
  return document;
}

/** @throws GatewayError sign_in_metadata */
export const readResourceMetadata = (
  document: unknown,
  from: URL,
  server: string,
): ResourceMetadata => read(resourceMetadata, document, from, server);

/** @throws GatewayError sign_in_metadata */
export const readServerMetadata = (
  document: unknown,
  from: URL,
  server: string,
): AuthorizationServer => read(serverMetadata, document, from, server);

/** An absolute http(s) URI as RFC 3986 writes it, without user, password and fragment. */
export function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[A-Za-z0-9._~:/?[\]@!$&'()*+,;=%-]+$/i.test(text)) return false;
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

/** An identifier of an authorization server (RFC 8414, 2). */
export const isIssuer = (text: string): boolean => isWebAddress(text) && !text.includes("?");

const LONGEST_TEXT = 2000;
const MOST_NAMES = 1000;

const words = z.string({ error: "is not a text" }).max(LONGEST_TEXT, "is too long");
const address = words.refine(isWebAddress, "is not a web address");
const issuer = words.refine(isIssuer, "is not the address of an authorization server");
const page = words.refine(
  (text) => isWebAddress(text) && pageUrl(text) !== null,
  "is not a page that can be opened",
);
const names = z.array(words, { error: "is not a list" }).max(MOST_NAMES, "is too long").optional();
const flag = z.boolean({ error: "is neither true nor false" }).optional();

const resourceMetadata = z.object({
  resource: address,
  // Read one by one when their turn comes, of which there are few.
  authorization_servers: z.array(words, { error: "is not a list" }).optional(),
  scopes_supported: names,
});

const serverMetadata = z.object({
  issuer,
  authorization_endpoint: page.optional(),
  token_endpoint: address,
  registration_endpoint: address.optional(),
  revocation_endpoint: address.optional(),
  device_authorization_endpoint: address.optional(),
  scopes_supported: names,
  grant_types_supported: names,
  token_endpoint_auth_methods_supported: names,
  code_challenge_methods_supported: names,
  authorization_response_iss_parameter_supported: flag,
  client_id_metadata_document_supported: flag,
});

function read<Shape extends z.ZodType>(
  shape: Shape,
  document: unknown,
  from: URL,
  server: string,
): z.infer<Shape> {
  const parsed = shape.safeParse(withoutNulls(document));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [member] = issue?.path ?? [];
  const what = typeof member === "string" ? `“${member}” ${issue?.message}` : "it is no object";
  throw unusable(server, `the metadata at ${from.host} cannot be used: ${what}.`);
}

/** Many write null where they mean that there is none. */
function withoutNulls(document: unknown): unknown {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return document;
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
}
