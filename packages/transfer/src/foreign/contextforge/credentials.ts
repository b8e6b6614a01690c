import { z } from "zod";
import { isMask } from "../../mapping/reading.ts";
import { type Given, isSealed, type Reading } from "./reading.ts";

const texts = z.record(z.string(), z.string());
const headerList = z.array(z.object({ key: z.string(), value: z.string() }));

/** What ContextForge says where a value cannot be used, and so do we. */
const INVALID = "Invalid authentication data: ";

/** How something shows who it is; a value of null is in the file, and not to be had. */
export type Credentials =
  | { type: "none" }
  | { type: "bearer"; token: string | null }
  | { type: "basic"; username: string | null; password: string | null }
  | { type: "authheaders"; headers: Record<string, string> }
  /** Values of the query, by name. */
  | { type: "query_param"; query: Record<string, string | null> };

/** Fields of an entry that say it. */
export const CREDENTIAL_FIELDS = [
  "auth_type",
  "auth_value",
  "auth_query_params",
  "auth_username",
  "auth_password",
  "auth_token",
  "auth_header_key",
  "auth_header_value",
  "auth_headers",
] as const;

/** Reads and opens the credentials of an entry. */
export function credentialsOf(given: Given, reading: Reading): Credentials {
  const said = typeof given.auth_type === "string" ? given.auth_type.toLowerCase() : "";
  if (said === "query_param") return ofQuery(given, reading);
  if (said === "oauth") {
    reading.loss("auth_type", "Its sign-in is not in such a file: set it here, at the server.");
    return { type: "none" };
  }
  const headers = valueOf(given, reading) ?? createdWith(given, reading);
  if (headers !== null) return byHeaders(headers);
  if (said === "bearer") return { type: "bearer", token: null };
  if (said === "basic") return { type: "basic", username: null, password: null };
  if (said === "authheaders") {
    reading.loss("auth_type", "It sends headers whose names and values are not in the file.");
  } else if (!["", "none"].includes(said)) {
    reading.problem("auth_type", "It has to be none, basic, bearer, authheaders or query_param.");
  }
  return { type: "none" };
}

/** The headers in `auth_value`; null where it has none. */
function valueOf({ auth_value: value }: Given, reading: Reading): Record<string, string> | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value !== "string") return plainHeaders(value, reading);
  if (isMask(value)) {
    reading.problem("auth_value", `${INVALID}it is what is shown in the place of a secret.`);
    return null;
  }
  if (!isSealed(value)) {
    reading.problem("auth_value", `${INVALID}it is not sealed as ContextForge does it.`);
    return null;
  }
  return open(value, "auth_value", reading);
}

function plainHeaders(value: unknown, reading: Reading): Record<string, string> | null {
  const read = texts.safeParse(value);
  if (!read.success || Object.values(read.data).some(isMask)) {
    reading.problem("auth_value", `${INVALID}it has to be an object of headers.`);
    return null;
  }
  reading.opener.counts.plain += 1;
  return read.data;
}

/** @returns null where it is left alone, or cannot be opened, which is said */
function open(sealed: string, field: string, reading: Reading): Record<string, string> | null {
  const { keys, counts } = reading.opener;
  if (keys === null) return null;
  for (const key of keys) {
    const text = key.open(sealed);
    if (text === null) continue;
    const read = texts.safeParse(jsonOf(text));
    if (!read.success) break;
    counts.opened += 1;
    return read.data;
  }
  reading.problem(field, `${INVALID}what opens the others does not open this.`);
  return null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Scripts that were written for its API have credentials in the fields that it is sent. */
function createdWith(given: Given, reading: Reading): Record<string, string> | null {
  const text = (name: string): string | null => {
    const value = given[name];
    if (typeof value !== "string" || value === "") return null;
    if (!isMask(value)) return value;
    reading.problem(name, `${INVALID}it is what is shown in the place of a secret.`);
    return null;
  };
  const token = text("auth_token");
  const username = text("auth_username");
  const password = text("auth_password");
  const key = text("auth_header_key");
  const value = text("auth_header_value");
  const list = headerList.safeParse(given.auth_headers).data ?? [];
  const found: Record<string, string> = {
    ...Object.fromEntries(
      list.filter((one) => !isMask(one.value)).map((one) => [one.key, one.value]),
    ),
    ...(key !== null && value !== null && { [key]: value }),
    ...(username !== null && password !== null && { Authorization: basic(username, password) }),
    ...(token !== null && { Authorization: `Bearer ${token}` }),
  };
  if (Object.keys(found).length === 0) return null;
  reading.opener.counts.plain += 1;
  return found;
}

/** Of RFC 7617. */
export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;

/** One Authorization header is told by its scheme, whatever the type says. */
function byHeaders(headers: Record<string, string>): Credentials {
  const [[name, value] = ["", ""], ...others] = Object.entries(headers);
  if (name === "") return { type: "none" };
  if (others.length > 0 || name.toLowerCase() !== "authorization") {
    return { type: "authheaders", headers };
  }
  const bearer = /^Bearer (?<token>.+)$/s.exec(value)?.groups;
  if (bearer?.token !== undefined) return { type: "bearer", token: bearer.token };
  const pair = /^Basic (?<pair>[A-Za-z0-9+/]+=*)$/.exec(value)?.groups?.pair;
  const [, username, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(pair ?? "", "base64").toString("utf8")) ?? [];
  return username === undefined || password === undefined
    ? { type: "authheaders", headers }
    : { type: "basic", username, password };
}

function ofQuery({ auth_query_params: params }: Given, reading: Reading): Credentials {
  const read = texts.safeParse(params);
  if (!read.success) {
    reading.loss("auth_type", "It sends a secret in its URL that is not in the file.");
    return { type: "none" };
  }
  const query = Object.entries(read.data).map(([name, value]): [string, string | null] => {
    const opened = isSealed(value) ? open(value, "auth_query_params", reading) : null;
    return [name, opened?.[name] ?? null];
  });
  return { type: "query_param", query: Object.fromEntries(query) };
}

/** Every sealed value of an entry. */
export function sealedIn({ auth_value: value, auth_query_params: params }: Given): string[] {
  const query = texts.safeParse(params);
  return [value, ...Object.values(query.data ?? {})].filter(isSealed);
}
