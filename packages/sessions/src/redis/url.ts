import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { GatewayError } from "@local-mcp/contract";

/** Where a Redis is and how it is spoken to. */
export interface RedisPlace {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db: number;
  tls?: ConnectionOptions;
}

/** Files of TLS by the names that redis-cli has for them. */
const FILES = { cacert: "ca", cert: "cert", key: "key" } as const;

const EXAMPLE = "rediss://user:password@host:6379/0";

/** The URL is not quoted: it may hold a password. */
const refused = (detail: string): GatewayError =>
  new GatewayError("validation_failed", {
    detail: `Redis: ${detail}. A URL looks like ${EXAMPLE}`,
  });

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused("a “%” in it is followed by something other than two hex digits");
  }
};

const contentOf = (name: string, path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw refused(`its ${name} cannot be read: ${String(error)}`);
  }
};

const tlsOf = (url: URL): ConnectionOptions => {
  const tls: ConnectionOptions = {};
  for (const [name, option] of Object.entries(FILES)) {
    const path = url.searchParams.get(name);
    if (path !== null) tls[option] = contentOf(name, path);
  }
  return tls;
};

/**
 * Reads `redis://user:password@host:port/database`, or `rediss://` for TLS, with the files
 * `?cacert=…&cert=…&key=…` where its certificates are one's own.
 * https://www.iana.org/assignments/uri-schemes/prov/redis
 *
 * @throws GatewayError validation_failed, without quoting the URL
 */
export const readRedisUrl = (text: string): RedisPlace => {
  if (!/^rediss?:\/\//i.test(text) || !URL.canParse(text)) throw refused("that is no URL of it");
  const url = new URL(text);
  for (const name of url.searchParams.keys()) {
    if (!(name in FILES)) throw refused(`it has an unknown “${name}”`);
  }
  const db = url.pathname.slice(1) || "0";
  if (!/^\d{1,6}$/.test(db)) throw refused("a database of Redis is a number");
  const isTls = url.protocol === "rediss:";
  if (!isTls && url.search !== "") throw refused("files of TLS belong to “rediss://”");
  return {
    host: decoded(url.hostname.replace(/^\[|\]$/g, "")) || "localhost",
    port: url.port === "" ? 6379 : Number(url.port),
    ...(url.username !== "" && { username: decoded(url.username) }),
    ...(url.password !== "" && { password: decoded(url.password) }),
    db: Number(db),
    ...(isTls && { tls: tlsOf(url) }),
  };
};
