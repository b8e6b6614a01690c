import { GatewayError, type ToolUpdate } from "@local-mcp/contract";
import type { StoredToolRequest } from "@local-mcp/database";
import { type NewSecret, SecretCollector } from "../vault/owned-secrets.ts";
import { NO_HEADER_TEXT } from "./header-text.ts";
import { readToolUrl, type ReadUrl } from "./tool-url.ts";

/** Where a tool's requests go and what they carry. Holds no secret. */
export interface StoredApi {
  url: string;
  request: StoredToolRequest;
}

export interface BuiltApi extends StoredApi {
  /** To be stored together with it. */
  secrets: NewSecret[];
}

type Changes = Pick<ToolUpdate, "url" | "query" | "headers" | "arguments" | "body" | "auth">;
type Fixed = StoredToolRequest["query"];
type FixedWrites = NonNullable<ToolUpdate["query"]>;
type Auth = StoredToolRequest["auth"];

const NOTHING: StoredApi = {
  url: "",
  request: {
    query: {},
    headers: {},
    arguments: {},
    body: { type: "json", whole: null },
    auth: { type: "none" },
  },
};

/**
 * What is stored after a change: absent keeps, null clears, a value sets. User info and query values
 * are taken out of a URL and become secrets.
 *
 * @param before null for a tool that is being added
 * @throws GatewayError validation_failed, naming the field
 */
export function changeRequest(
  before: StoredApi | null,
  changes: Changes,
  collector: SecretCollector = new SecretCollector(),
): BuiltApi {
  const { url, request } = before ?? NOTHING;
  const address = changes.url === undefined ? null : readToolUrl(changes.url);
  const user = address === null ? {} : writesOfUser(address, changes);
  const query = { ...(address && writesOfQuery(address)), ...changes.query };
  const headers = { ...user.headers, ...changes.headers };
  for (const [name, write] of Object.entries(headers)) {
    if (write !== null) refuseNoHeaderText(`headers/${name}`, write.value);
  }
  const after: StoredToolRequest = {
    query: mergeFixed(request.query, query, (name) => `query.${name}`, collector),
    headers: mergeFixed(
      withoutRenamed(request.headers, headers),
      headers,
      (name) => `header.${name.toLowerCase()}`,
      collector,
    ),
    arguments: changes.arguments ?? request.arguments,
    body: changes.body ?? request.body,
    auth: changeAuth(request.auth, user.auth ?? changes.auth, collector),
  };
  return { url: address?.url ?? url, request: after, secrets: collector.secrets };
}

/** Ids of all secrets that a tool refers to. */
export const secretIdsOf = (request: StoredToolRequest): string[] =>
  secretsOf(request).map(({ id }) => id);

/** The same with what each is for, in words of the configuration. */
export function secretsOf({ query, headers, auth }: StoredToolRequest) {
  const fixed = (place: string, values: Fixed) =>
    Object.entries(values).flatMap(([name, value]) =>
      "secret" in value ? [{ id: value.secret, name: `${place}/${name}` }] : [],
    );
  const own =
    auth.type === "bearer"
      ? [{ id: auth.token.secret, name: "auth/token" }]
      : auth.type === "basic"
        ? [{ id: auth.password.secret, name: "auth/password" }]
        : [];
  return [...fixed("query", query), ...fixed("headers", headers), ...own];
}

/**
 * Refuses a change by which stored secrets would be sent to another scheme, host or port than the
 * one that they were given for. Whoever may write a URL could read them there otherwise.
 *
 * @throws GatewayError secrets_would_move
 */
export function refuseMove(tool: string, before: StoredApi, after: StoredApi): void {
  const move = moveOf(before, after);
  if (move) throw new GatewayError("secrets_would_move", { server: tool, ...move });
}

/** Where stored secrets would go that were given for somewhere else; null where none would. */
export function moveOf(
  before: StoredApi,
  after: StoredApi,
): { from: string; to: string; count: number } | null {
  const [from, to] = [new URL(before.url).origin, new URL(after.url).origin];
  const stored = new Set(secretIdsOf(before.request));
  const count = secretIdsOf(after.request).filter((id) => stored.has(id)).length;
  return from === to || count === 0 ? null : { from, to, count };
}

/**
 * A user with a password is basic authentication. One without is a key that stands where the user
 * does, and is no name to be shown.
 */
function writesOfUser(
  { user }: ReadUrl,
  { auth }: Changes,
): { auth?: ToolUpdate["auth"]; headers?: FixedWrites } {
  if (user === null) return {};
  if (auth !== undefined && auth.type !== "none") {
    refuse("url", "It has a user, and “auth” says another way. Give one of them.");
  }
  const { name, password } = user;
  if (password !== "") return { auth: { type: "basic", username: name, password } };
  const value = `Basic ${Buffer.from(`${name}:`).toString("base64")}`;
  return { auth: { type: "none" }, headers: { Authorization: { value, plain: false } } };
}

function writesOfQuery({ query }: ReadUrl): FixedWrites {
  const writes = new Map<string, FixedWrites[string]>();
  for (const [name, value] of query) {
    if (writes.has(name)) refuse("url", `Its query has “${shown(name)}” twice.`);
    if (name === "" || name.length > 256) refuse("url", "Its query has a name of no use.");
    writes.set(name, { value, plain: value === "" });
  }
  return Object.fromEntries(writes);
}

function mergeFixed(
  before: Fixed,
  writes: FixedWrites,
  secretName: (name: string) => string,
  collector: SecretCollector,
): Fixed {
  const fixed = new Map(Object.entries(before));
  for (const [name, write] of Object.entries(writes)) {
    if (write === null) fixed.delete(name);
    else if (write.plain) fixed.set(name, { plain: write.value });
    else fixed.set(name, { secret: collector.add(secretName(name), write.value) });
  }
  return Object.fromEntries(fixed);
}

/** Header names are the same in any case (RFC 9110, 5.1): what is written replaces them all. */
function withoutRenamed(before: Fixed, writes: FixedWrites): Fixed {
  const written = new Set<string>();
  for (const name of Object.keys(writes)) {
    if (written.has(name.toLowerCase())) refuse(`headers/${name}`, "It is there twice.");
    written.add(name.toLowerCase());
  }
  const kept = Object.entries(before).filter(([name]) => !written.has(name.toLowerCase()));
  return Object.fromEntries(kept);
}

function changeAuth(before: Auth, write: ToolUpdate["auth"], collector: SecretCollector): Auth {
  if (write === undefined || write.type === "none") return write ?? before;
  if (write.type === "bearer") {
    if (write.token !== undefined) {
      refuseNoHeaderText("auth/token", write.token);
      return { type: "bearer", token: { secret: collector.add("auth", write.token) } };
    }
    if (before.type !== "bearer") refuse("auth/token", "Give the token.");
    return before;
  }
  const { username, password } = write;
  if (username.includes(":")) refuse("auth/username", "It cannot have a colon (RFC 7617).");
  if (password !== undefined) {
    return { type: "basic", username, password: { secret: collector.add("auth", password) } };
  }
  if (before.type !== "basic") refuse("auth/password", "Give the password.");
  return { ...before, username };
}

function refuseNoHeaderText(field: string, value: string): void {
  if (NO_HEADER_TEXT.test(value)) {
    refuse(field, "A header is one line of characters up to U+00FF (ISO 8859-1).");
  }
}

/** Of a name in an error. */
const shown = (name: string): string => name.slice(0, 100);

function refuse(field: string, detail: string): never {
  throw new GatewayError("validation_failed", { detail: `${shown(field)}: ${detail}` });
}
