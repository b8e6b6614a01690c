import { GatewayError } from "@local-mcp/contract";
import type { StoredToolRequest, ToolRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import { VERSION } from "../version.ts";
import { NO_HEADER_TEXT } from "./header-text.ts";
import { keyOf, type Place, type Placing, placeOf } from "./places.ts";
import { filledIn, placeholdersIn } from "./tool-url.ts";

/** One HTTP request, secrets included. */
export interface ToolRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** The URL with `${secret:name}` in the place of secrets, to be shown. */
  shownUrl: string;
}

type Asking = Placing & Pick<ToolRow, "name">;

/** What is put together of the arguments, by where it goes. */
interface Parts {
  path: Map<string, string>;
  query: [string, string][];
  headers: Map<string, string>;
  body: Map<string, unknown>;
}

/**
 * What a call of a tool comes to. Values stay what they are: none of them adds a segment to the path,
 * a member to the query, or a header.
 *
 * @param secret the value of a secret, by its id
 * @throws GatewayError tool_arguments, naming the argument, and what `secret` throws
 */
export function buildToolRequest(
  tool: Asking,
  args: JsonObject,
  secret: (id: string) => string,
): ToolRequest {
  const parts = partsOf(tool, args);
  const fixed = fixedOf(tool.request, secret);
  const base = baseOf(tool, parts.path);
  const body = bodyOf(tool, parts.body);
  const withQuery = (members: [string, string][]): string =>
    members.length === 0
      ? base
      : `${base}?${members.map(([name, text]) => `${name}=${text}`).join("&")}`;
  const query = parts.query.map(encodedPair);
  return {
    method: tool.method,
    url: withQuery([...fixed.query.map(encodedPair), ...query]),
    shownUrl: withQuery([...fixed.shownQuery, ...query]),
    headers: {
      accept: "application/json, */*;q=0.8",
      "user-agent": `local-mcp-gateway/${VERSION}`,
      ...(body.type !== null && { "content-type": body.type }),
      ...Object.fromEntries(fixed.headers),
      ...Object.fromEntries(parts.headers),
    },
    body: body.text,
  };
}

function partsOf(tool: Asking, args: JsonObject): Parts {
  const parts: Parts = { path: new Map(), query: [], headers: new Map(), body: new Map() };
  const refuseTaken = takenBy(tool);
  for (const [argument, value] of Object.entries(args)) {
    const place = placeOf(tool, argument);
    refuseTaken(argument, place);
    const { in: where, name } = place;
    if (where === "body") {
      parts.body.set(name, value);
      continue;
    }
    if (value === null || value === undefined) continue;
    if (where === "query") {
      if (Object.hasOwn(tool.request.query, name)) {
        refuse(tool, argument, "the tool always sends a value of its own for it.");
      }
      for (const one of textsOf(value)) parts.query.push([name, one]);
    } else if (where === "path") {
      parts.path.set(name, segmentOf(tool, argument, value));
    } else {
      const text = textsOf(value).join(",");
      if (NO_HEADER_TEXT.test(text)) {
        refuse(tool, argument, "it is sent as a header, which is one line of ISO 8859-1.");
      }
      parts.headers.set(name.toLowerCase(), text);
    }
  }
  return parts;
}

/**
 * Refuses an argument that the tool does not know and that would stand where another one does: what
 * the input schema says of that one would not hold.
 */
function takenBy(tool: Asking): (argument: string, place: Place) => void {
  const { arguments: given, body } = tool.request;
  const owners = new Map(
    Object.keys(given).map((argument) => [keyOf(placeOf(tool, argument)), argument]),
  );
  return (argument, place) => {
    const whole = place.in === "body" ? body.whole : null;
    const owner = whole ?? owners.get(keyOf(place)) ?? argument;
    if (owner !== argument)
      refuse(tool, argument, `“${owner.slice(0, 100)}” is sent in its place.`);
  };
}

/** A value of a path: everything in it but letters, digits and a few signs is escaped. */
function segmentOf(tool: Asking, argument: string, value: unknown): string {
  const texts = textsOf(value);
  if (texts.join("") === "") refuse(tool, argument, "it is part of the path and cannot be empty.");
  return texts.map(encodedText).join(",");
}

/** What leads out of its folder, however it is escaped (WHATWG URL, double-dot segment). */
const DOTS = /^(\.|%2e){1,2}$/i;

/** The URL without its query. */
function baseOf(tool: Asking, values: ReadonlyMap<string, string>): string {
  const missing = (name: string): never => refuse(tool, name, "it is part of the path.");
  const base = filledIn(tool.url, (name) => values.get(name) ?? missing(name));
  const dots = base.split("/").findIndex((segment) => DOTS.test(segment));
  if (dots !== -1) {
    const [name = ""] = placeholdersIn(tool.url.split("/")[dots] ?? "");
    refuse(tool, name, "a part of the path cannot be “.” or “..”.");
  }
  return base;
}

function fixedOf({ query, headers, auth }: StoredToolRequest, secret: (id: string) => string) {
  const valueOf = (value: StoredToolRequest["query"][string]): string =>
    "plain" in value ? value.plain : secret(value.secret);
  const shown = Object.entries(query).map(([name, value]): [string, string] =>
    "plain" in value
      ? encodedPair([name, value.plain])
      : [encodeURIComponent(name), `\${secret:${name}}`],
  );
  const own = authorizationOf(auth, secret);
  return {
    query: Object.entries(query).map(([name, value]): [string, string] => [name, valueOf(value)]),
    shownQuery: shown,
    headers: [
      ...Object.entries(headers).map(([name, value]) => [name.toLowerCase(), valueOf(value)]),
      ...(own === null ? [] : [["authorization", own]]),
    ],
  };
}

function authorizationOf(
  auth: StoredToolRequest["auth"],
  secret: (id: string) => string,
): string | null {
  if (auth.type === "none") return null;
  if (auth.type === "bearer") return `Bearer ${secret(auth.token.secret)}`;
  const pair = `${auth.username}:${secret(auth.password.secret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

const MEDIA_TYPES = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  text: "text/plain; charset=utf-8",
};

/** Without arguments for it there is no body. */
function bodyOf(
  { request: { body } }: Asking,
  members: ReadonlyMap<string, unknown>,
): { type: string | null; text: string | null } {
  if (members.size === 0) return { type: null, text: null };
  const type = MEDIA_TYPES[body.type];
  if (body.whole !== null) {
    const [value] = members.values();
    return { type, text: body.type === "json" ? JSON.stringify(value) : textOf(value) };
  }
  if (body.type === "json") return { type, text: JSON.stringify(Object.fromEntries(members)) };
  const form = new URLSearchParams();
  for (const [name, value] of members) {
    if (value === null || value === undefined) continue;
    for (const one of textsOf(value)) form.append(name, one);
  }
  return { type, text: form.toString() };
}

/** A list goes where it goes one by one. */
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(textOf) : [textOf(value)];

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

const encodedPair = ([name, value]: [string, string]): [string, string] => [
  encodedText(name),
  encodedText(value),
];

/** What is no character of Unicode is sent as its replacement: half a pair cannot be encoded. */
const encodedText = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\uFFFD"));

function refuse({ name }: Asking, argument: string, detail: string): never {
  throw new GatewayError("tool_arguments", {
    tool: name,
    detail: `“${argument.slice(0, 100)}”: ${detail}`,
  });
}
