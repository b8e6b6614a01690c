import type { Connection } from "@local-mcp/database";
import { z } from "zod";
import type { State } from "./live-state.ts";
import type { MoveRow } from "./moved-rows.ts";
import type { Kept } from "./newer-truth.ts";
import { jsonIn, putRow, readRows } from "./rows.ts";
import { told } from "./words.ts";

/**
 * Carries sign-ins that are newer than the staged ones, with the clients they were given to: a
 * refresh token that was used since must not be used again, which would end its whole family (RFC
 * 9700, 4.14.2). One that cannot be carried is in neither state: its server asks to sign in again.
 */
export const keepSignIns = (live: State, staged: Connection, move: MoveRow): Kept => {
  const newer = newerThan(live, staged);
  const forget = staged.prepare("DELETE FROM oauth_tokens WHERE server_id = ?");
  const forgetClients = staged.prepare(
    "DELETE FROM oauth_client_registrations WHERE server_id = ? AND issuer = ?",
  );
  const carried: string[] = [];
  const lost: string[] = [];
  for (const { server, signIn } of newer) {
    const clients = live.registrations.filter(
      ({ server_id, issuer }) => server_id === server.id && issuer === signIn.issuer,
    );
    const tokens = move("oauth_tokens", signIn);
    const moved = clients.map((client) => move("oauth_client_registrations", client));
    forget.run(server.id);
    if (tokens === null || moved.includes(null)) {
      lost.push(server.name);
      continue;
    }
    forgetClients.run(server.id, signIn.issuer);
    for (const client of moved) if (client) putRow(staged, "oauth_client_registrations", client);
    putRow(staged, "oauth_tokens", tokens);
    carried.push(server.name);
  }
  return {
    stays: told(carried, (names) => `Newer sign-ins stay: ${names}.`),
    notes: told(
      lost,
      (names) =>
        `Sign in again: ${names}. What the servers gave since the backup cannot be opened here.`,
    ),
  };
};

/** Sign-ins here that came after those of the same server in the backup. */
const newerThan = (
  live: State,
  staged: Connection,
): { server: State["servers"][number]; signIn: State["signIns"][number] }[] => {
  const text = z.string();
  const servers = readRows(staged, "mcp_servers", { id: text, config: text });
  const before = readRows(staged, "oauth_tokens", {
    server_id: text,
    audience: text.nullable(),
    updated_at: z.number(),
  });
  return live.signIns.flatMap((signIn) => {
    const server = live.servers.find(({ id }) => id === signIn.server_id);
    const restored = servers.find(({ id }) => id === signIn.server_id);
    if (server === undefined || restored === undefined) return [];
    const old = before.find(({ server_id }) => server_id === signIn.server_id);
    if (old !== undefined && old.updated_at >= signIn.updated_at) return [];
    // Where the server was at another place then, its tokens are of no use at that one.
    const isSamePlace = addressIn(server.config) === addressIn(restored.config);
    return isSamePlace || (signIn.audience !== null && signIn.audience === old?.audience)
      ? [{ server, signIn }]
      : [];
  });
};

const addressed = z.object({ url: z.string().nullable() }).catch({ url: null });

const addressIn = (config: string): string | null => addressed.parse(jsonIn(config)).url;
