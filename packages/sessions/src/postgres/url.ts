import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { GatewayError } from "@local-mcp/contract";
import type { ClientConfig } from "pg";

/** Everything that waits for PostgreSQL ends within this, ms. */
const PATIENCE_MS = 5000;

/** Where a database is and how it is spoken to. */
export interface PostgresPlace {
  config: ClientConfig;
  /** For people: `host:port/database`. */
  place: string;
  /**
   * The same for PostgreSQL's own programs, whose arguments everybody could read.
   * https://www.postgresql.org/docs/current/libpq-envars.html
   */
  environment: Record<string, string>;
}

const PARAMETERS = [
  "host",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "channel_binding",
  "application_name",
] as const;

const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"];

const EXAMPLE = "postgresql://user:password@host:5432/database?sslmode=verify-full";

/** The URL is not quoted: it may hold a password. */
const refused = (detail: string): GatewayError =>
  new GatewayError("validation_failed", {
    detail: `PostgreSQL: ${detail}. A URL looks like ${EXAMPLE}`,
  });

/**
 * As libpq means the modes (https://www.postgresql.org/docs/current/libpq-ssl.html): `require`
 * without a root certificate does not look who answers. `allow` and `prefer` go on in clear text
 * when somebody in between wants that, so they are not offered. `pg` itself reads `require` in
 * another way, and says on standard error that it will not for long.
 */
const tlsOf = (query: URLSearchParams): ConnectionOptions | false => {
  const mode = query.get("sslmode") ?? "disable";
  if (!SSL_MODES.includes(mode)) {
    throw refused(`its sslmode is none of ${SSL_MODES.join(", ")}`);
  }
  if (mode === "disable") return false;
  const read = (name: string): string | undefined => {
    const path = query.get(name);
    if (path === null || path === "system") return undefined;
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw refused(`its ${name} cannot be read: ${String(error)}`);
    }
  };
  const [ca, cert, key] = [read("sslrootcert"), read("sslcert"), read("sslkey")];
  if (mode === "verify-ca" && ca === undefined) {
    throw refused("sslmode=verify-ca needs the certificate of that authority in sslrootcert");
  }
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    rejectUnauthorized: mode !== "require" || ca !== undefined,
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
  };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused("a “%” in it is followed by something other than two hex digits");
  }
};

/**
 * Reads `postgresql://user:password@host:port/database?sslmode=…`. What is left out is taken from
 * the environment (PGUSER, PGPASSWORD, PGPASSFILE), as PostgreSQL's own programs do.
 *
 * @throws GatewayError validation_failed, without quoting the URL
 */
export const readPostgresUrl = (text: string): PostgresPlace => {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text))
    throw refused("that is no URL of it");
  const url = new URL(text);
  const query = url.searchParams;
  for (const name of query.keys()) {
    if (!PARAMETERS.some((known) => known === name)) throw refused(`it has an unknown “${name}”`);
  }
  const tls = tlsOf(query);
  const host = query.get("host") ?? (decoded(url.hostname.replace(/^\[|\]$/g, "")) || "localhost");
  const port = url.port === "" ? 5432 : Number(url.port);
  const user = decoded(url.username) || process.env["PGUSER"];
  const password = decoded(url.password);
  const database = decoded(url.pathname.slice(1)) || process.env["PGDATABASE"] || user;
  const environment = {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: query.get("sslmode") ?? "disable",
    PGSSLROOTCERT: query.get("sslrootcert"),
    PGSSLCERT: query.get("sslcert"),
    PGSSLKEY: query.get("sslkey"),
    PGCHANNELBINDING: query.get("channel_binding"),
  };
  return {
    environment: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    place: `${host.includes(":") ? `[${host}]` : host}:${port}/${database ?? ""}`,
    config: {
      host,
      port,
      database,
      user,
      ...(password !== "" && { password }),
      ssl: tls,
      enableChannelBinding: query.get("channel_binding") === "require",
      application_name: query.get("application_name") ?? "local-mcp-gateway",
      keepAlive: true,
      connectionTimeoutMillis: PATIENCE_MS,
      statement_timeout: PATIENCE_MS,
      // For a server that does not answer at all, so a little later than its own.
      query_timeout: PATIENCE_MS + 1000,
      idle_in_transaction_session_timeout: 2 * PATIENCE_MS,
    },
  };
};
