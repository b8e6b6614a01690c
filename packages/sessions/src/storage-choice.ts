/** The engines that sessions can be kept in, by the names that `MCP_TS_STORAGE_TYPE` knows. */
export const STORAGE_TYPES = ["memory", "file", "sqlite", "redis", "postgres"] as const;
export type StorageType = (typeof STORAGE_TYPES)[number];

/**
 * Which store is to be used, and where it is. A URL may hold a password: it goes to the engine's
 * client and nowhere else; people are shown what {@link placeOf} says of it.
 */
export type StorageChoice =
  | { type: "memory" }
  | { type: "file"; path: string }
  /** Without a path: the database that the gateway has open. */
  | { type: "sqlite"; path: string | null }
  | { type: "redis"; url: string }
  | { type: "postgres"; url: string };
