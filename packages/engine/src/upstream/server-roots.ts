import { isDeepStrictEqual } from "node:util";
import type { Client, ProfileDefinition, Root } from "../definitions.ts";
import type { JsonObject, RpcNotification } from "../jsonrpc.ts";

/** What one server is told to work in, by whom it works for. */
export interface ServerRoots {
  /** What the profile of a client has; empty leaves the answer to the client. */
  of(client: Client): readonly Root[];
  /**
   * For whoever may be meant: what all profiles that have the server, and roots, agree on. Null
   * where none has any, so that the gateway has nothing to say.
   */
  readonly shared: readonly Root[] | null;
}

export const NO_ROOTS: ServerRoots = { of: () => [], shared: null };

/** Those of a server, as the profiles are now. */
export function rootsOfServer(
  serverId: string,
  profiles: readonly ProfileDefinition[],
  activeProfileId: string | null,
): ServerRoots {
  const having = profiles.filter(
    ({ serverIds, roots }) => serverIds.includes(serverId) && roots.length > 0,
  );
  const byProfile = new Map(having.map(({ id, roots }) => [id, roots]));
  const [first, ...others] = having.map(({ roots }) => roots);
  const isEverywhere = ({ uri }: Root): boolean =>
    others.every((roots) => roots.some((one) => one.uri === uri));
  return {
    of: ({ profileId }) => byProfile.get(profileId ?? activeProfileId ?? "") ?? [],
    shared: first?.filter(isEverywhere) ?? null,
  };
}

export const sameRoots = (one: readonly Root[] | null, other: readonly Root[] | null): boolean =>
  isDeepStrictEqual(one, other);

/** What a legacy server is told then. */
export const ROOTS_CHANGED: RpcNotification = {
  jsonrpc: "2.0",
  method: "notifications/roots/list_changed",
};

/** The result of `roots/list` (MCP 2025-11-25, roots). */
export const rootsResult = (roots: readonly Root[]): JsonObject => ({
  roots: roots.map((root) => ({ ...root })),
});
