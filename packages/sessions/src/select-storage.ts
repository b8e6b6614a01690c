import { GatewayError } from "@local-mcp/contract";
import { STORAGE_TYPES, type StorageChoice, type StorageType } from "./storage-choice.ts";

/** The variables that choose a store, those first that decide over the others. */
type StorageVariable =
  | "MCP_TS_STORAGE_TYPE"
  | "CACHE_TYPE"
  | "REDIS_URL"
  | "MCP_TS_STORAGE_FILE"
  | "MCP_TS_STORAGE_SQLITE"
  | "MCP_TS_STORAGE_POSTGRES";

export interface SelectedStorage {
  choice: StorageChoice;
  /** What chose it: the name of a variable, or “default”. */
  chosenBy: StorageVariable | "default";
}

/** The value of a variable; null, undefined or empty where it is not set. */
export type ReadVariable = (name: StorageVariable) => string | null | undefined;

interface Engine {
  variable: StorageVariable;
  example: string;
  /** Of its URL, with the colon; none where the place is a path. */
  schemes?: readonly string[];
  of: (place: string) => StorageChoice;
}

const ENGINES: Record<Exclude<StorageType, "memory">, Engine> = {
  redis: {
    variable: "REDIS_URL",
    example: "redis://localhost:6379",
    schemes: ["redis:", "rediss:"],
    of: (url) => ({ type: "redis", url }),
  },
  file: {
    variable: "MCP_TS_STORAGE_FILE",
    example: "./sessions.json",
    of: (path) => ({ type: "file", path }),
  },
  sqlite: {
    variable: "MCP_TS_STORAGE_SQLITE",
    example: "./sessions.db",
    of: (path) => ({ type: "sqlite", path }),
  },
  postgres: {
    variable: "MCP_TS_STORAGE_POSTGRES",
    example: "postgresql://localhost:5432/sessions",
    schemes: ["postgresql:", "postgres:"],
    of: (url) => ({ type: "postgres", url }),
  },
};
/** In this order their variables are looked at where no type is named. */
const DETECTED = ["redis", "file", "sqlite", "postgres"] as const;

const DEFAULT_PORTS = { redis: 6379, postgres: 5432 };

/** The stores as `CACHE_TYPE` calls them. */
const CACHE_TYPES = ["memory", "database", "redis"] as const;
type CacheType = (typeof CACHE_TYPES)[number];
const STORE_OF_CACHE = { memory: "memory", database: "sqlite", redis: "redis" } as const;

const DEFAULT_FILE = "./sessions.json";

/**
 * Which store the environment chooses: the one that `MCP_TS_STORAGE_TYPE` names, then that of
 * `CACHE_TYPE`, then the first whose place is set, then the usual one. Opens nothing.
 *
 * @param usual what is used where nothing is set; where that is SQLite, it is also what is meant by
 * SQLite without a path
 * @throws GatewayError session_store_unknown, session_store_unset, session_store_url
 */
export function selectStorage(read: ReadVariable, usual: StorageChoice): SelectedStorage {
  const named = oneOf(STORAGE_TYPES, "MCP_TS_STORAGE_TYPE", read);
  if (named !== null) return chosen(named, "MCP_TS_STORAGE_TYPE", read, usual);
  const cache = selectCache(read);
  if (cache !== null) return chosen(STORE_OF_CACHE[cache], "CACHE_TYPE", read, usual);
  for (const type of DETECTED) {
    const choice = placed(type, read);
    if (choice !== null) return { choice, chosenBy: ENGINES[type].variable };
  }
  return { choice: usual, chosenBy: "default" };
}

/** What `CACHE_TYPE` says; null where it is not set. @throws GatewayError session_store_unknown */
const selectCache = (read: ReadVariable): CacheType | null =>
  oneOf(CACHE_TYPES, "CACHE_TYPE", read);

function chosen(
  type: StorageType,
  chosenBy: StorageVariable,
  read: ReadVariable,
  usual: StorageChoice,
): SelectedStorage {
  if (type === "memory") return { choice: { type }, chosenBy };
  const choice = placed(type, read) ?? (type === usual.type ? usual : null);
  if (choice !== null) return { choice, chosenBy };
  if (type === "file") return { choice: { type, path: DEFAULT_FILE }, chosenBy };
  const { variable: missing, example } = ENGINES[type];
  throw new GatewayError("session_store_unset", { type, name: chosenBy, missing, example });
}

/** Null where its variable is not set. @throws GatewayError session_store_url */
function placed(type: Exclude<StorageType, "memory">, read: ReadVariable): StorageChoice | null {
  const { variable, example, schemes, of } = ENGINES[type];
  const place = valueOf(variable, read);
  if (place === null) return null;
  // The URL itself may hold a password, also where it is mistyped.
  if (
    schemes &&
    !schemes.some((scheme) => URL.canParse(place) && new URL(place).protocol === scheme)
  ) {
    throw new GatewayError("session_store_url", { name: variable, type, example });
  }
  return of(place);
}

function oneOf<Type extends string>(
  valid: readonly Type[],
  name: StorageVariable,
  read: ReadVariable,
): Type | null {
  const value = valueOf(name, read);
  if (value === null) return null;
  const type = valid.find((one) => one === value.toLowerCase());
  if (type !== undefined) return type;
  throw new GatewayError("session_store_unknown", {
    name,
    // What is no word may be a URL that was written to the wrong variable.
    value: /^[\w-]{1,32}$/.test(value) ? value : "…",
    valid: valid.join(", "),
  });
}

const valueOf = (name: StorageVariable, read: ReadVariable): string | null =>
  read(name)?.trim() || null;

/** Where a store is, for people. Of a URL that is host and port: the rest may be secret. */
export function placeOf(choice: StorageChoice): string {
  if (choice.type === "memory") return "memory";
  if (!("url" in choice)) return choice.path ?? "the database of the gateway";
  const { hostname, port } = new URL(choice.url);
  return `${hostname || "localhost"}:${port || DEFAULT_PORTS[choice.type]}`;
}
