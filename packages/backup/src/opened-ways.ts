import type { Connection } from "@local-mcp/database";
import { z } from "zod";
import { jsonIn, readRows } from "./rows.ts";
import { told } from "./words.ts";

const text = z.string();
const NETWORK = {
  proxy: (value: string) => `Remote servers are then reached through ${value}.`,
  extraCaFile: (value: string) =>
    `Remote servers are then trusted by the certificates in ${value}.`,
};

/**
 * What a restore opens to others that is not open now, each as a sentence: a backup may be of
 * somebody else, whose access tokens and ways to remote servers come with it.
 *
 * @param live null where there is nothing to compare with
 */
export const openedWays = (staged: Connection, live: Connection | null): string[] => [
  ...told(
    added(staged, live, tokensIn),
    (names) => `Access tokens that are not here now let in whoever has them: ${names}.`,
  ),
  ...told(
    added(staged, live, openProfilesIn),
    (names) => `Every program on this computer may use without a token: ${names}.`,
  ),
  ...told(
    added(staged, live, filesIn),
    (names) => `Clients can read files of this computer: ${names}.`,
  ),
  ...(added(staged, live, passphrasesIn).length > 0
    ? ["Automatic backups are then made with the passphrase that is kept in it."]
    : []),
  ...networkOf(staged, live),
];

/** The names of those whose key is in one state and not in the other. */
const added = (
  staged: Connection,
  live: Connection | null,
  inState: (connection: Connection) => [key: string, name: string][],
): string[] => {
  const before = new Set(live === null ? [] : inState(live).map(([key]) => key));
  return inState(staged).flatMap(([key, name]) => (before.has(key) ? [] : [name]));
};

const tokensIn = (connection: Connection): [string, string][] =>
  readRows(connection, "access_tokens", { token_hash: text, name: text }).map(
    ({ token_hash, name }) => [token_hash, name],
  );

const openProfilesIn = (connection: Connection): [string, string][] =>
  readRows(connection, "profiles", { slug: text, allow_without_token: z.number() }).flatMap(
    ({ slug, allow_without_token }) => (allow_without_token === 0 ? [] : [[slug, slug]]),
  );

/** Resources that are files, each with the root that it is in. */
const filesIn = (connection: Connection): [string, string][] => {
  const rows = connection
    .prepare(
      `SELECT roots.uri AS root, resources.path AS path FROM resources
        JOIN roots ON roots.id = resources.root_id WHERE content_kind = 'file'`,
    )
    .all();
  return z
    .array(z.object({ root: text, path: text }))
    .parse(rows)
    .map(({ root, path }) => [`${root} ${path}`, `${path} in ${root}`]);
};

const passphrasesIn = (connection: Connection): [string, string][] =>
  readRows(connection, "vault_secrets", { id: text, owner_table: text }).flatMap(
    ({ id, owner_table }) => (owner_table === "backups" ? [[id, id]] : []),
  );

const networkOf = (staged: Connection, live: Connection | null): string[] =>
  Object.entries(NETWORK).flatMap(([key, say]) => {
    const value = settingIn(staged, key);
    const isNew = value !== "" && (live === null || settingIn(live, key) !== value);
    return isNew ? [say(value)] : [];
  });

const settingIn = (connection: Connection, wanted: string): string => {
  const rows = readRows(connection, "settings", { key: text, value: text });
  const stored = rows.find(({ key }) => key === wanted)?.value;
  return text.catch("").parse(jsonIn(stored ?? ""));
};
