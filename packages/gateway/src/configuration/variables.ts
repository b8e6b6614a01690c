/**
 * Every environment variable that is read, once: the configuration reads this table and the
 * documentation is written from it.
 */
export interface Variable {
  name: string;
  /** One sentence for people. */
  purpose: string;
  default: string | null;
  /** A secret may also be given as the path of a file, in the variable `NAME_FILE`. */
  secret: boolean;
  /** Where it has an effect: in `.env` a variable that would move the data has none. */
  inEnvFile: boolean;
}

const variable = (
  name: string,
  purpose: string,
  options: { default?: string; secret?: boolean; inEnvFile?: boolean } = {},
): Variable => ({
  name,
  purpose,
  default: options.default ?? null,
  secret: options.secret ?? false,
  inEnvFile: options.inEnvFile ?? true,
});

export const VARIABLES = {
  HOST: variable(
    "HOST",
    "Address the gateway listens on. For a client command, the machine of a remote gateway unless it is a loopback name.",
    { default: "127.0.0.1" },
  ),
  PORT: variable("PORT", "Port the gateway listens on; 0 takes any free one.", { default: "4444" }),
  DATABASE_PATH: variable(
    "DATABASE_PATH",
    "The database file; everything else lives in its directory under the usual names.",
    { default: "~/.local-mcp-gateway-data/local-mcp-gateway.db", inEnvFile: false },
  ),
  DATABASE_URL: variable(
    "DATABASE_URL",
    "The same as a URL. Only the scheme sqlite: is read; any other is refused by name.",
    { inEnvFile: false },
  ),
  AUTH_ENCRYPTION_SECRET: variable(
    "AUTH_ENCRYPTION_SECRET",
    "Opens the vault without a person, and makes one when the first secret is stored. At least 12 characters.",
    { secret: true },
  ),
  VAULT_PASSPHRASE: variable("VAULT_PASSPHRASE", "Opens the vault with a passphrase slot.", {
    secret: true,
  }),
  BACKUP_PASSPHRASE: variable(
    "BACKUP_PASSPHRASE",
    "Passphrase of the backup that a command makes, checks or restores. At least 12 characters.",
    { secret: true, inEnvFile: false },
  ),
  MCPGATEWAY_BEARER_TOKEN: variable(
    "MCPGATEWAY_BEARER_TOKEN",
    "A token with every right: accepted by the gateway that is started with it, and sent by the command line to a remote one.",
    { secret: true },
  ),
  MCPGATEWAY_CLIENT_METADATA_URL: variable(
    "MCPGATEWAY_CLIENT_METADATA_URL",
    "URL of a client ID metadata document, used to sign in at servers that support it.",
  ),
  BASIC_AUTH_USER: variable(
    "BASIC_AUTH_USER",
    "User name of HTTP basic authentication, which carries every right. Needs BASIC_AUTH_PASSWORD.",
  ),
  BASIC_AUTH_PASSWORD: variable(
    "BASIC_AUTH_PASSWORD",
    "Password of BASIC_AUTH_USER. At least 12 characters.",
    { secret: true },
  ),
  JWT_SECRET_KEY: variable(
    "JWT_SECRET_KEY",
    "Signed tokens (JWT, HS256) that were signed with it are accepted. At least 32 bytes.",
    { secret: true },
  ),
  JWT_AUDIENCE: variable(
    "JWT_AUDIENCE",
    "Where set, a signed token has to name it in its claim aud.",
  ),
  JWT_ISSUER: variable("JWT_ISSUER", "Where set, a signed token has to name it in its claim iss."),
  MCP_TS_STORAGE_TYPE: variable(
    "MCP_TS_STORAGE_TYPE",
    "Where “serve” keeps sessions: memory, file, sqlite, redis or postgres. Without it the first of the variables below that is set decides.",
  ),
  CACHE_TYPE: variable(
    "CACHE_TYPE",
    "Where “serve” keeps sessions, in the words of other gateways: memory, database or redis. Answers of resources are cached there too.",
  ),
  REDIS_URL: variable(
    "REDIS_URL",
    "Redis for sessions, redis://HOST:PORT, or rediss:// with TLS. May hold user and password.",
    { secret: true },
  ),
  MCP_TS_STORAGE_FILE: variable(
    "MCP_TS_STORAGE_FILE",
    "JSON file for sessions; a relative path starts at the data directory.",
  ),
  MCP_TS_STORAGE_SQLITE: variable(
    "MCP_TS_STORAGE_SQLITE",
    "SQLite file for sessions, other than the gateway's own; a relative path starts at the data directory.",
  ),
  MCP_TS_STORAGE_POSTGRES: variable(
    "MCP_TS_STORAGE_POSTGRES",
    "PostgreSQL for sessions, postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
    { secret: true },
  ),
  MCP_TS_STORAGE_FALLBACK: variable(
    "MCP_TS_STORAGE_FALLBACK",
    "“memory” lets sessions be in memory while their store cannot be used. Without it that is an error.",
  ),
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
