import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { GatewayError } from "@local-mcp/contract";

const DATABASE_FILE = "local-mcp-gateway.db";

/** Where everything of one gateway is. All absolute. */
export interface Paths {
  dataDir: string;
  database: string;
  traffic: string;
  runtime: string;
  lock: string;
  env: string;
  backups: string;
  /** What a restore is about to put in place; nothing else is ever there. */
  staging: string;
  /** Says, while it is there, that a restore has been decided and not finished. */
  restoreIntent: string;
  /** What was there before a restore, in a directory for each. */
  previous: string;
  logs: string;
  /** What Node compiled of this program, to be read at its next start. */
  compiled: string;
}

export interface PathOptions {
  /** `--data-dir`: a directory. */
  dataDir?: string | undefined;
  /** A database file, given in code. */
  databasePath?: string | undefined;
  /** The environment of the process. A `.env` file cannot move the database. */
  env?: Record<string, string | undefined>;
  /** The home directory. */
  home?: string;
}

const invalid = (name: string, detail: string): GatewayError =>
  new GatewayError("config_invalid", { name, source: "the environment", detail });

/**
 * The path in `sqlite:PATH`, with `//` allowed after the colon as other programs write it:
 * `sqlite:data.db` and `sqlite://./data.db` are relative, `sqlite:/srv/data.db` and
 * `sqlite:///srv/data.db` absolute; `sqlite:///./data.db` is relative and `sqlite:////srv/data.db`
 * absolute, as SQLAlchemy reads them. Messages never quote the URL, which may hold a password.
 */
const pathOfUrl = (url: string): string => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1];
  if (!scheme) throw invalid("DATABASE_URL", "it is not of the form sqlite:PATH");
  if (/^postgres(ql)?$/i.test(scheme)) {
    throw invalid(
      "DATABASE_URL",
      `its scheme is “${scheme}”, and the configuration is kept in SQLite (docs/postgresql-configuration.md says why). Sessions can be in PostgreSQL: give that URL in MCP_TS_STORAGE_POSTGRES instead`,
    );
  }
  if (scheme.toLowerCase() !== "sqlite") {
    throw invalid("DATABASE_URL", `its scheme is “${scheme}”, and only “sqlite” is understood`);
  }
  let path = url.slice(scheme.length + 1);
  if (path.startsWith("//")) {
    path = path.slice(2);
    if (!/^[/.]/.test(path)) throw invalid("DATABASE_URL", "it names a host");
    if (/^\/(\.{0,2}\/|[a-z]:)/i.test(path)) path = path.slice(1);
  }
  if (/[?#]/.test(path)) throw invalid("DATABASE_URL", "what follows “?” or “#” is not understood");
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid("DATABASE_URL", "a “%” in it is followed by something other than two hex digits");
  }
};

const expandHome = (path: string, home: string): string =>
  path === "~" || /^~[\\/]/.test(path) ? join(home, path.slice(1)) : path;

const databaseFile = (name: string, path: string, home: string): string => {
  if (path === "" || /[\\/]$/.test(path)) throw invalid(name, "it names no file");
  if (path.includes("\0")) throw invalid(name, "it holds a NUL character");
  if (path.startsWith(":memory:") || path.startsWith("file:")) {
    throw invalid(name, "it has to be the path of a file");
  }
  return resolve(expandHome(path, home));
};

/**
 * The one rule of where things are: a database file given in code, else `dataDir`, else
 * `DATABASE_PATH`, else `DATABASE_URL=sqlite:…`, else `~/.local-mcp-gateway-data`. Where a database
 * file is named, everything else is in its directory. What is outranked is not looked at. A leading
 * `~` is expanded; other relative paths start at the working directory. Touches no file.
 * @throws GatewayError config_invalid
 */
export const resolvePaths = ({
  dataDir,
  databasePath,
  env = process.env,
  home = homedir(),
}: PathOptions = {}): Paths => {
  const { DATABASE_PATH: path, DATABASE_URL: url } = env;
  const database = databasePath
    ? databaseFile("path", databasePath, home)
    : dataDir
      ? join(resolve(expandHome(dataDir, home)), DATABASE_FILE)
      : path
        ? databaseFile("DATABASE_PATH", path, home)
        : url
          ? databaseFile("DATABASE_URL", pathOfUrl(url), home)
          : join(home, ".local-mcp-gateway-data", DATABASE_FILE);
  const directory = dirname(database);
  return {
    dataDir: directory,
    database,
    traffic: join(directory, "traffic.db"),
    runtime: join(directory, "runtime.json"),
    lock: join(directory, "lock.db"),
    env: join(directory, ".env"),
    backups: join(directory, "backups"),
    staging: join(directory, "restore"),
    restoreIntent: join(directory, "restore.json"),
    previous: join(directory, "previous"),
    logs: join(directory, "logs"),
    compiled: join(directory, "compiled"),
  };
};
