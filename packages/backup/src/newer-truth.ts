import type { SettingKey } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { z } from "zod";
import type { State } from "./live-state.ts";
import type { MoveRow } from "./moved-rows.ts";
import { keepSignIns } from "./newer-sign-ins.ts";
import { jsonIn, putRow, readIds, readRows } from "./rows.ts";
import { told } from "./words.ts";

/** What was kept of the present state, and what a person has to do about what could not be. */
export interface Kept {
  /** Each as a sentence. */
  stays: string[];
  /** Each as a sentence. */
  notes: string[];
}

/** What belongs to this computer, whichever state is restored on it; the word for people. */
const OF_THIS_COMPUTER = new Map<string, string>(
  Object.entries({
    host: "address",
    port: "port",
    backupDaily: "automatic backups",
    backupTime: "time of backups",
    backupKeep: "number of backups",
    backupFolder: "folder of backups",
  } satisfies Partial<Record<SettingKey, string>>),
);

/**
 * Writes what is newer than a backup into its staged database, and takes out what was taken back
 * since. To be run in a transaction.
 *
 * @param live what is here now
 * @param move carries a row with what is sealed in it
 */
export const keepNewer = (live: State, staged: Connection, move: MoveRow): Kept => {
  const parts = [
    keepRevoked(live, staged),
    keepSignIns(live, staged, move),
    keepSettings(live, staged),
    keepPassphrase(live, staged, move),
    keepSessions(live, staged),
  ];
  return {
    stays: parts.flatMap(({ stays }) => stays),
    notes: parts.flatMap(({ notes }) => notes),
  };
};

const keepRevoked = ({ revoked }: State, staged: Connection): Kept => {
  const endToken = staged.prepare("DELETE FROM access_tokens WHERE id = ? RETURNING name").pluck();
  const endSignIn = staged.prepare(
    "DELETE FROM oauth_tokens WHERE server_id = ? AND updated_at <= ?",
  );
  const nameOf = staged.prepare("SELECT name FROM mcp_servers WHERE id = ?").pluck();
  const know = staged.prepare(
    `INSERT INTO revoked_access (kind, subject_id, revoked_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET revoked_at = max(revoked_at, excluded.revoked_at)`,
  );
  const tokens: string[] = [];
  const servers: string[] = [];
  for (const { kind, subject_id: id, revoked_at: at } of revoked) {
    if (kind === "access_token") tokens.push(...endToken.all(id).map(String));
    else if (endSignIn.run(id, at).changes > 0) servers.push(String(nameOf.get(id)));
    know.run(kind, id, at);
  }
  return {
    stays: [
      ...told(tokens, (names) => `Access tokens that were revoked stay revoked: ${names}.`),
      ...told(servers, (names) => `Sign-ins that were ended stay ended: ${names}.`),
    ],
    notes: [],
  };
};

const keepSettings = (live: State, staged: Connection): Kept => {
  const restored = readRows(staged, "settings", { key: z.string(), value: z.string() });
  const forget = staged.prepare("DELETE FROM settings WHERE key = ?");
  const changed = [...OF_THIS_COMPUTER].filter(([key]) => {
    const here = live.settings.find((row) => row.key === key);
    const there = restored.find((row) => row.key === key);
    if (here?.value === there?.value) return false;
    // What is not set here stays unset.
    forget.run(key);
    if (here) putRow(staged, "settings", here);
    return true;
  });
  const words = changed.map(([, word]) => word);
  return {
    stays:
      words.length === 0
        ? []
        : [`Settings of this computer stay as they are: ${words.join(", ")}.`],
    notes: [],
  };
};

/** The one that is kept for automatic backups: of the newest recovery sheet. */
const keepPassphrase = (live: State, staged: Connection, move: MoveRow): Kept => {
  const kept: Kept = { stays: [], notes: [] };
  const isPassphrase = ({ owner_table, owner_id }: (typeof live.secrets)[number]): boolean =>
    owner_table === "backups" && owner_id === "schedule";
  const [here] = live.secrets.filter(isPassphrase);
  if (here === undefined) return kept;
  const same = staged.prepare(
    "SELECT 1 FROM vault_secrets WHERE id = ? AND updated_at = ? AND owner_table = 'backups'",
  );
  if (same.get(here.id, here.updated_at) !== undefined) return kept;
  staged
    .prepare("DELETE FROM vault_secrets WHERE owner_table = 'backups' AND owner_id = 'schedule'")
    .run();
  const moved = move("vault_secrets", here);
  if (moved === null) {
    kept.notes.push(
      "Choose a passphrase for automatic backups again: the one that was kept here cannot be opened.",
    );
    return kept;
  }
  putRow(staged, "vault_secrets", moved);
  kept.stays.push("The passphrase for automatic backups stays the one that is kept here.");
  return kept;
};

const clientSession = z.object({
  profileId: z.string().nullable(),
  tokenId: z.string().nullable(),
});

/**
 * Clients that are connected go on where there still is what they are connected to. One whose
 * profile or access token does not come back is ended, as if that had been removed.
 */
const keepSessions = (live: State, staged: Connection): Kept => {
  const idsIn = (table: string): Set<string> => new Set(readIds(staged, table));
  const profiles = idsIn("profiles");
  const tokens = idsIn("access_tokens");
  const goes = (id: string | null, before: readonly { id: string }[], now: Set<string>): boolean =>
    id !== null && before.some((row) => row.id === id) && !now.has(id);
  const going = live.sessions.filter(({ kind, data }) => {
    if (kind !== "client") return false;
    const session = clientSession.safeParse(jsonIn(data)).data;
    return (
      session !== undefined &&
      !goes(session.profileId, live.profiles, profiles) &&
      !goes(session.tokenId, live.tokens, tokens)
    );
  });
  for (const session of going) putRow(staged, "mcp_sessions", session);
  const ids = new Set(going.map(({ session_id }) => session_id));
  const resources = idsIn("resources");
  for (const row of live.subscriptions) {
    const isThere = row.resource_id !== null && resources.has(row.resource_id);
    const resource_id = isThere ? row.resource_id : null;
    if (ids.has(row.session_id)) putRow(staged, "resource_subscriptions", { ...row, resource_id });
  }
  return { stays: [], notes: [] };
};
