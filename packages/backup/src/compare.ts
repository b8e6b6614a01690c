import { createHash } from "node:crypto";
import { decidesWhatRuns, type RestoreChange, type RestorePreview } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { z } from "zod";
import { jsonIn, type Row, readRows } from "./rows.ts";

/** What a person would look for, in one of the two states. */
interface Thing {
  id: string;
  name: string;
  /** Everything of it that counts, in one text. */
  content: string;
}

/** Says nothing of what somebody set. */
const BESIDE = new Set(["id", "created_at", "updated_at", "last_used_at"]);
/** What a profile holds, by its id. */
const OF_PROFILE = [
  "profile_mcp_servers",
  "profile_mcp_server_tools",
  "profile_mcp_server_prompts",
  "profile_mcp_server_resources",
  "profile_tools",
  "profile_prompts",
  "profile_resources",
  "profile_roots",
] as const;

const text = z.string();

const contentOf = (row: Row): string =>
  JSON.stringify(Object.entries(row).filter(([column]) => !BESIDE.has(column)));

/** Of a table whose rows have a name and stand for themselves. */
const namedIn =
  (table: "mcp_servers" | "access_tokens" | "tools" | "prompts") =>
  (connection: Connection): Thing[] =>
    readRows(connection, table, { id: text, name: text }).map((row) => ({
      id: row.id,
      name: row.name,
      content: contentOf(row),
    }));

const serversIn = namedIn("mcp_servers");

const profilesIn = (connection: Connection): Thing[] => {
  const members = new Map<string, string[]>();
  for (const table of OF_PROFILE) {
    for (const row of readRows(connection, table, { profile_id: text })) {
      const own = members.get(row.profile_id) ?? [];
      own.push(`${table} ${contentOf(row)}`);
      members.set(row.profile_id, own);
    }
  }
  return readRows(connection, "profiles", { id: text, name: text }).map((row) => ({
    id: row.id,
    name: row.name,
    content: [contentOf(row), ...(members.get(row.id) ?? []).sort()].join("\n"),
  }));
};

const settingsIn = (connection: Connection): Thing[] =>
  readRows(connection, "settings", { key: text, value: text }).map(({ key, value }) => ({
    id: key,
    name: key,
    content: value,
  }));

const rootsIn = (connection: Connection): Thing[] =>
  readRows(connection, "roots", { id: text, uri: text }).map((row) => ({
    id: row.id,
    name: row.uri,
    content: contentOf(row),
  }));

/** With the digest of what is stored in the place of what may be ten megabytes of it. */
const resourcesIn = (connection: Connection): Thing[] => {
  const bytes = connection.prepare<[string]>(
    "SELECT coalesce(binary_content, text_content, '') FROM resources WHERE id = ?",
  );
  const described = z.array(z.looseObject({ id: text, uri: text }));
  const rows = connection
    .prepare(
      `SELECT id, uri, name, title, description, mime_type, content_kind, root_id, path, tags, enabled
        FROM resources ORDER BY rowid`,
    )
    .all();
  return described.parse(rows).map((row) => {
    const content = z.union([text, z.instanceof(Uint8Array)]).parse(bytes.pluck().get(row.id));
    const digest = createHash("sha256").update(content).digest("hex");
    return { id: row.id, name: row.uri, content: JSON.stringify([row, digest]) };
  });
};

const signInsIn = (connection: Connection): Thing[] => {
  const names = new Map(serversIn(connection).map(({ id, name }) => [id, name]));
  const shape = { server_id: text, updated_at: z.number() };
  return readRows(connection, "oauth_tokens", shape).map((row) => ({
    id: row.server_id,
    name: names.get(row.server_id) ?? row.server_id,
    content: String(row.updated_at),
  }));
};

const KINDS = [
  ["server", serversIn],
  ["profile", profilesIn],
  ["tool", namedIn("tools")],
  ["prompt", namedIn("prompts")],
  ["resource", resourcesIn],
  ["root", rootsIn],
  ["token", namedIn("access_tokens")],
  ["sign_in", signInsIn],
  ["setting", settingsIn],
] as const;

/**
 * What a restore changes against now, by id, and by name where something was made anew meanwhile.
 * Both databases have the newest schema; null where there is nothing to compare with.
 */
export const changesTo = (staged: Connection, live: Connection | null): RestoreChange[] =>
  KINDS.flatMap(([kind, thingsIn]) => {
    const after = thingsIn(staged);
    const before = live === null ? [] : thingsIn(live);
    const byId = new Map(before.map((thing) => [thing.id, thing]));
    const stays = new Set(after.map(({ id }) => id));
    const gone = new Set(before.filter(({ id }) => !stays.has(id)));
    const byName = new Map([...gone].map((thing) => [thing.name, thing]));
    const anew = (name: string): Thing | undefined => {
      const same = byName.get(name);
      byName.delete(name);
      if (same) gone.delete(same);
      return same;
    };
    const changes = after.flatMap(({ id, name, content }): RestoreChange[] => {
      const same = byId.get(id) ?? anew(name);
      if (same === undefined) return [{ kind, name, change: "added" }];
      return same.content === content ? [] : [{ kind, name, change: "changed" }];
    });
    const removed = [...gone].map(({ name }) => ({ kind, name, change: "removed" as const }));
    return [...changes, ...removed];
  });

const stdio = z.object({
  transport: z.literal("stdio"),
  command: text,
  args: z.array(text),
  cwd: text.nullable(),
  env: z.record(text, z.unknown()),
});
const plain = z.object({ plain: text });

/** As a person has to see it who decides: what is hidden in a value that decides what runs. */
const variable = ([name, value]: [string, unknown]): string => {
  const shown = decidesWhatRuns(name) ? plain.safeParse(value).data?.plain : undefined;
  return shown === undefined ? name : `${name}=${shown}`;
};

/**
 * The commands of a backup that somebody confirmed when it was made, and which start once it is
 * restored. New is one that nobody has confirmed here.
 */
export const commandsIn = (
  staged: Connection,
  live: Connection | null,
): RestorePreview["commands"] => {
  const shape = { name: text, config: text, confirmed_hash: text.nullable() };
  const here = live === null ? [] : readRows(live, "mcp_servers", shape);
  const confirmed = new Set(here.map(({ confirmed_hash }) => confirmed_hash));
  return readRows(staged, "mcp_servers", shape).flatMap(({ name, config, confirmed_hash }) => {
    const parsed = stdio.safeParse(jsonIn(config)).data;
    if (parsed === undefined || confirmed_hash === null) return [];
    const { command, args, cwd, env } = parsed;
    const isNew = !confirmed.has(confirmed_hash);
    return [{ server: name, command, args, cwd, env: Object.entries(env).map(variable), isNew }];
  });
};
